package dev.mops.test;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Headers of a request, by random numbers: most are right, some are not.
 *
 * @param text the lines
 * @param right whether a service takes them
 * @param hasKey whether an idempotency key is among them
 */
public record OddHeaders(String text, boolean right, boolean hasKey) {

    private static final Line NONE = new Line("", true);

    private static final List<Line> TYPES = List.of(
            new Line("Content-Type: application/json\r\n", true),
            new Line("content-type:APPLICATION/JSON\r\n", true),
            new Line("Content-Type: application/json;charset=utf-8\r\n", true),
            new Line("Content-Type: application/json;charset=no-such\r\n", false),
            new Line("Content-Type: application/merge-patch+json\r\n", true),
            new Line("Content-Type: text/plain\r\n", false),
            new Line("Content-Type: application/x-www-form-urlencoded\r\n", false),
            new Line("Content-Type: multipart/form-data;boundary=b\r\n", false),
            new Line("Content-Type: json\r\n", false),
            new Line("Content-Type:\r\n", false),
            new Line("", false));

    private static final List<Line> ACCEPTS = List.of(
            NONE,
            new Line("Accept: */*\r\n", true),
            new Line("Accept: text/html, application/json;q=0.1\r\n", true),
            new Line("Accept: text/html\r\n", false),
            new Line("Accept: html\r\n", false));

    private static final List<Line> OTHERS = List.of(
            NONE,
            new Line("Accept-Language: xx-\u00ff\r\n", true),
            new Line("traceparent: 00-0-0-00\r\n", true),
            new Line("X-Forwarded-For: a\r\nX-Forwarded-Port: b\r\n", true),
            new Line("Cookie: a=\"b; c\r\n", true),
            new Line("X-Long: " + "a".repeat(9_000) + "\r\n", false),
            new Line("X Y: a\r\n", false),
            new Line("X: a\0b\r\n", false),
            new Line("Expect: much\r\n", false));

    /** Headers of a request with a JSON body; an idempotency key among them begins with the prefix. */
    public static OddHeaders ofJson(RandomGenerator random, String keyPrefix) {
        List<Line> keys = List.of(
                NONE,
                new Line(key(keyPrefix), true),
                new Line(key(keyPrefix + "\u00e9, \"%00"), true),
                new Line(key(keyPrefix + "k".repeat(200 - keyPrefix.length())), true),
                new Line(key(keyPrefix + "k".repeat(201 - keyPrefix.length())), false),
                new Line(key(""), false),
                new Line(key(" \t "), false),
                new Line(key(keyPrefix) + key(keyPrefix), false));
        return of(any(random, 8, TYPES), any(random, 4, keys), any(random, 8, ACCEPTS), any(random, 8, OTHERS));
    }

    /** Headers of a request that needs no body, and takes no key. */
    public static OddHeaders ofNothing(RandomGenerator random) {
        return of(NONE, NONE, any(random, 8, ACCEPTS), any(random, 8, OTHERS));
    }

    private static OddHeaders of(Line type, Line key, Line accept, Line other) {
        return new OddHeaders(
                type.text() + key.text() + accept.text() + other.text(),
                type.right() && key.right() && accept.right() && other.right(),
                !key.text().isEmpty());
    }

    private static String key(String key) {
        return "Idempotency-Key: " + key + "\r\n";
    }

    /** Mostly the first. */
    private static Line any(RandomGenerator random, int oneIn, List<Line> lines) {
        return random.nextInt(oneIn) > 0 ? lines.getFirst() : lines.get(random.nextInt(lines.size()));
    }

    private record Line(String text, boolean right) {}
}
