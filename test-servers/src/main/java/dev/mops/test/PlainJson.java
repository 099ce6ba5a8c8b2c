package dev.mops.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A JSON document as it is written: members that stand twice stand twice, numbers are as they were typed. Written and
 * read here, by the letter of RFC 8259, so that a test does not judge a parser by itself.
 */
public sealed interface PlainJson {

    /** An object; a name may stand in it more than once. */
    record Obj(List<Member> members) implements PlainJson {

        /** The value of a name that stands in the object once. */
        public Optional<PlainJson> get(String name) {
            List<Member> found = members.stream()
                    .filter(member -> member.name().equals(name))
                    .toList();
            return found.size() == 1 ? Optional.of(found.getFirst().value()) : Optional.empty();
        }
    }

    /** A member of an object. */
    record Member(String name, PlainJson value) {}

    /** An array. */
    record Arr(List<PlainJson> elements) implements PlainJson {}

    /** A text. */
    record Text(String value) implements PlainJson {}

    /** A number, {@code true}, {@code false} or {@code null}, as it is written; for a test that writes, anything. */
    record Literal(String written) implements PlainJson {}

    /** Reads a document; empty if the bytes are none. */
    static Optional<PlainJson> read(byte[] bytes) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return Optional.of(new Reader(text.startsWith("\ufeff") ? text.substring(1) : text).document());
        } catch (CharacterCodingException | NoJson e) {
            return Optional.empty();
        }
    }

    /** The shortest text of this document. */
    default String write() {
        return switch (this) {
            case Obj(List<Member> members) ->
                members.stream()
                        .map(member ->
                                quoted(member.name()) + ":" + member.value().write())
                        .collect(Collectors.joining(",", "{", "}"));
            case Arr(List<PlainJson> elements) ->
                elements.stream().map(PlainJson::write).collect(Collectors.joining(",", "[", "]"));
            case Text(String value) -> quoted(value);
            case Literal(String written) -> written;
        };
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            boolean halfACharacter = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
            if (c < ' ' || c == '"' || c == '\\' || halfACharacter) {
                quoted.append("\\u%04x".formatted(c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }

    /** Reads by the grammar. */
    final class Reader {

        private static final int DEEPEST = 100;
        private static final Pattern SPACE = Pattern.compile("[ \t\r\n]*");
        private static final Pattern LITERAL =
                Pattern.compile("true|false|null|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
        private static final Pattern ESCAPE = Pattern.compile("\\\\(?:([\"\\\\/])|([bfnrt])|u([0-9a-fA-F]{4}))");

        private final String text;
        private int at;
        private int depth;

        private Reader(String text) {
            this.text = text;
        }

        private PlainJson document() throws NoJson {
            PlainJson value = value();
            skip(SPACE);
            if (at < text.length()) {
                throw new NoJson();
            }
            return value;
        }

        private PlainJson value() throws NoJson {
            if (++depth > DEEPEST) {
                throw new NoJson();
            }
            skip(SPACE);
            PlainJson value =
                    switch (at < text.length() ? text.charAt(at) : ' ') {
                        case '{' -> object();
                        case '[' -> array();
                        case '"' -> new Text(string());
                        default -> new Literal(skip(LITERAL));
                    };
            depth--;
            return value;
        }

        private Obj object() throws NoJson {
            List<Member> members = new ArrayList<>();
            at++;
            if (!next('}')) {
                do {
                    skip(SPACE);
                    String name = string();
                    expect(':');
                    members.add(new Member(name, value()));
                } while (next(','));
                expect('}');
            }
            return new Obj(members);
        }

        private Arr array() throws NoJson {
            List<PlainJson> elements = new ArrayList<>();
            at++;
            if (!next(']')) {
                do {
                    elements.add(value());
                } while (next(','));
                expect(']');
            }
            return new Arr(elements);
        }

        private String string() throws NoJson {
            StringBuilder string = new StringBuilder();
            if (at >= text.length() || text.charAt(at) != '"') {
                throw new NoJson();
            }
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                char c = text.charAt(at);
                if (c < ' ') {
                    throw new NoJson();
                }
                string.append(c == '\\' ? escape() : c);
            }
            if (at++ >= text.length()) {
                throw new NoJson();
            }
            return string.toString();
        }

        private char escape() throws NoJson {
            Matcher escape = ESCAPE.matcher(text).region(at, text.length());
            if (!escape.lookingAt()) {
                throw new NoJson();
            }
            at = escape.end() - 1;
            if (escape.group(1) != null) {
                return escape.group(1).charAt(0);
            }
            if (escape.group(2) != null) {
                return "\b\f\n\r\t".charAt("bfnrt".indexOf(escape.group(2)));
            }
            return (char) Integer.parseInt(escape.group(3), 16);
        }

        private boolean next(char wanted) throws NoJson {
            skip(SPACE);
            boolean found = at < text.length() && text.charAt(at) == wanted;
            if (found) {
                at++;
            }
            return found;
        }

        private void expect(char wanted) throws NoJson {
            if (!next(wanted)) {
                throw new NoJson();
            }
        }

        private String skip(Pattern pattern) throws NoJson {
            Matcher matcher = pattern.matcher(text).region(at, text.length());
            if (!matcher.lookingAt()) {
                throw new NoJson();
            }
            at = matcher.end();
            return matcher.group();
        }
    }

    /** The text is no JSON. */
    final class NoJson extends Exception {

        private NoJson() {}
    }
}
