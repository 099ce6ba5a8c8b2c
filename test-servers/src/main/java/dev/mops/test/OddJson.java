package dev.mops.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.test.PlainJson.Arr;
import dev.mops.test.PlainJson.Literal;
import dev.mops.test.PlainJson.Member;
import dev.mops.test.PlainJson.Obj;
import dev.mops.test.PlainJson.Text;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Changes JSON at random, as clients get it wrong: what is changed may still be right, which the test has to find out by
 * itself. The same random numbers make the same changes.
 */
public final class OddJson {

    private static final int LARGEST = 64 * 1024;

    private static final List<PlainJson> NUMBERS = Stream.of(
                    "0",
                    "1",
                    "1000",
                    "1001",
                    "1000000",
                    "1000001",
                    "2147483648",
                    "-9223372036854775809",
                    "-1",
                    "-0",
                    "1.0",
                    "1.5",
                    "1e2",
                    "1e999999",
                    "9".repeat(1_001))
            .<PlainJson>map(Literal::new)
            .toList();

    private static final List<PlainJson> TEXTS = Stream.of(
                    "",
                    " ",
                    "\u00a0",
                    "1",
                    "DE",
                    "de",
                    "\u00e9\u6f22\ud83d\ude00",
                    "\u202e\u2028",
                    "a\0b",
                    "a\u0007b",
                    "a\u0085b",
                    "a\nb",
                    "\ud83d",
                    "\ude00\ud83d",
                    "'; DROP TABLE orders; --",
                    "a".repeat(20),
                    "a".repeat(21),
                    "a".repeat(64),
                    "a".repeat(65),
                    "a".repeat(100),
                    "a".repeat(101),
                    "a".repeat(200),
                    "a".repeat(201),
                    "\ud83d\ude00".repeat(100),
                    "a".repeat(60_000))
            .<PlainJson>map(Text::new)
            .toList();

    private static final List<PlainJson> OTHERS = List.of(
            new Literal("null"),
            new Literal("true"),
            new Literal("false"),
            // No JSON.
            new Literal("01"),
            new Literal("+1"),
            new Literal("NaN"),
            new Literal("'a'"),
            new Literal("\"a\tb\""),
            new Literal("\"\\x41\""),
            new Literal(""),
            new Obj(List.of()),
            new Arr(List.of()),
            new Arr(List.of(new Literal("null"))),
            new Arr(List.of(new Arr(List.of(new Arr(List.of()))))));

    private final RandomGenerator random;

    /** Changes by these random numbers. */
    public OddJson(RandomGenerator random) {
        this.random = random;
    }

    /** The bytes of a document, changed or not. */
    public byte[] change(PlainJson document) {
        PlainJson changed = document;
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            changed = changed(changed);
        }
        byte[] bytes = dressed(changed.write()).getBytes(UTF_8);
        return random.nextInt(6) == 0 ? changed(bytes) : bytes;
    }

    /** Changes one value of the document, each as likely as the others. */
    private PlainJson changed(PlainJson document) {
        return changed(document, random.nextInt(size(document)));
    }

    private PlainJson changed(PlainJson document, int at) {
        if (at == 0) {
            return random.nextInt(4) > 0 ? changedHere(document) : any(List.of(NUMBERS, TEXTS, OTHERS));
        }
        int left = at - 1;
        switch (document) {
            case Obj(List<Member> members) -> {
                List<Member> changed = new ArrayList<>(members);
                for (int i = 0; i < members.size(); i++) {
                    Member member = members.get(i);
                    if (left >= 0 && left < size(member.value())) {
                        changed.set(i, new Member(member.name(), changed(member.value(), left)));
                    }
                    left -= size(member.value());
                }
                return new Obj(changed);
            }
            case Arr(List<PlainJson> elements) -> {
                List<PlainJson> changed = new ArrayList<>(elements);
                for (int i = 0; i < elements.size(); i++) {
                    if (left >= 0 && left < size(elements.get(i))) {
                        changed.set(i, changed(elements.get(i), left));
                    }
                    left -= size(elements.get(i));
                }
                return new Arr(changed);
            }
            case PlainJson leaf -> throw new IllegalStateException("Nothing is inside of " + leaf);
        }
    }

    private PlainJson changedHere(PlainJson value) {
        return switch (value) {
            case Obj(List<Member> members)
            when !members.isEmpty() -> {
                List<Member> changed = new ArrayList<>(members);
                int at = random.nextInt(members.size());
                Member member = members.get(at);
                switch (random.nextInt(5)) {
                    case 0 -> changed.remove(at);
                    case 1 -> changed.add(at, new Member("note", new Text("x")));
                    case 2 -> changed.add(member);
                    case 3 -> changed.set(at, new Member(renamed(member.name()), member.value()));
                    default -> Collections.reverse(changed);
                }
                yield new Obj(changed);
            }
            case Arr(List<PlainJson> elements)
            when !elements.isEmpty() -> {
                List<PlainJson> changed = new ArrayList<>(elements);
                int at = random.nextInt(elements.size());
                switch (random.nextInt(3)) {
                    case 0 -> changed.remove(at);
                    case 1 -> changed.add(elements.get(at));
                    default -> Collections.reverse(changed);
                }
                yield new Arr(changed);
            }
            case Text text when random.nextInt(8) > 0 -> any(List.of(TEXTS));
            case Literal literal when random.nextInt(8) > 0 -> any(List.of(NUMBERS));
            case PlainJson other ->
                switch (random.nextInt(3)) {
                    case 0 -> new Arr(List.of(other));
                    case 1 -> new Obj(List.of(new Member("value", other)));
                    default -> new Text(other.write());
                };
        };
    }

    /** How many values there are, this one included. */
    private static int size(PlainJson document) {
        return 1
                + switch (document) {
                    case Obj(List<Member> members) ->
                        members.stream()
                                .mapToInt(member -> size(member.value()))
                                .sum();
                    case Arr(List<PlainJson> elements) ->
                        elements.stream().mapToInt(OddJson::size).sum();
                    case Text _, Literal _ -> 0;
                };
    }

    private PlainJson any(List<List<PlainJson>> kinds) {
        List<PlainJson> values = kinds.get(random.nextInt(kinds.size()));
        return values.get(random.nextInt(values.size()));
    }

    private String renamed(String name) {
        return switch (random.nextInt(4)) {
            case 0 -> name.toUpperCase(Locale.ROOT);
            case 1 -> name + " ";
            case 2 -> "";
            default -> name + "\0";
        };
    }

    /** The same document in other letters: white space, escapes, a mark at the beginning, up to the limit or over it. */
    private String dressed(String json) {
        return switch (random.nextInt(16)) {
            case 0 -> json.replace(":", " :\t").replace(",", "\r\n,");
            case 1 -> json.replace("t", "\\u0074");
            case 2 -> "\ufeff" + json;
            case 3 -> json + " ".repeat(Math.max(0, LARGEST - json.getBytes(UTF_8).length));
            case 4 -> " ".repeat(Math.max(0, LARGEST + 1 - json.getBytes(UTF_8).length)) + json;
            case 5 -> json + json;
            default -> json;
        };
    }

    private byte[] changed(byte[] bytes) {
        int at = random.nextInt(bytes.length + 1);
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> spliced(bytes, at, at, (byte) random.nextInt(256));
            case 2 -> spliced(bytes, at, Math.min(bytes.length, at + 1), (byte) random.nextInt(256));
            default -> spliced(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(20)));
        };
    }

    private static byte[] spliced(byte[] bytes, int from, int to, byte... instead) {
        ByteArrayOutputStream spliced = new ByteArrayOutputStream();
        spliced.write(bytes, 0, from);
        spliced.writeBytes(instead);
        spliced.write(bytes, to, bytes.length - to);
        return spliced.toByteArray();
    }
}
