package dev.mops.local;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A file's text, and changes of it that must fit exactly once. */
final class Text {

    private static final Pattern CLASS_HEADER =
            Pattern.compile("(?ms)^(?!import|package)[a-z ]*\\b(class|record|interface) .*?\\{\n");

    private final String file;
    private String text;

    Text(String file, String text) {
        this.file = file;
        this.text = text;
    }

    String file() {
        return file;
    }

    String text() {
        return text;
    }

    Text replace(String what, String with) {
        return match(Pattern.quote(what), with.replace("\\", "\\\\").replace("$", "\\$"));
    }

    /** Replaces what an expression finds, over the ends of lines. */
    Text match(String expression, String with) {
        Pattern pattern = find(expression);
        text = pattern.matcher(text).replaceFirst(with);
        return this;
    }

    /** Puts a changed copy behind what an expression finds. */
    Text again(String expression, UnaryOperator<String> change) {
        text = find(expression).matcher(text).replaceFirst(found -> {
            String copy = found.group() + change.apply(found.group());
            return copy.replace("\\", "\\\\").replace("$", "\\$");
        });
        return this;
    }

    /** Replaces what stands under a heading. */
    Text section(String heading, String with) {
        return match("(?<=\n## " + heading + "\n\n).*?(?=\n## |\\z)", with);
    }

    Text imports(String... names) {
        String lines = Stream.of(names).map(name -> "import " + name + ";\n").collect(Collectors.joining());
        return match("\\Apackage [^;]+;\n", "$0\n" + lines);
    }

    /** Adds a member at the end of a class. */
    Text add(String member) {
        return match("}\n\\z", "\n" + member.replace("\\", "\\\\").replace("$", "\\$") + "}\n");
    }

    /** Takes out the members of a class that are declared so. */
    Text without(String... declarations) {
        return keep(List.of(declarations), false);
    }

    /** Takes out all other members of a class. */
    Text only(String... declarations) {
        return keep(List.of(declarations), true);
    }

    private Text keep(List<String> declarations, boolean wanted) {
        Matcher header = CLASS_HEADER.matcher(text);
        int end = text.lastIndexOf('}');
        if (!header.find()) {
            throw misfit(CLASS_HEADER.pattern(), 0);
        }
        List<Member> members =
                Member.of(text.substring(header.end(), end).lines().toList());
        for (String declaration : declarations) {
            long found = members.stream()
                    .filter(member -> member.head.contains(declaration))
                    .count();
            if (found != 1) {
                throw misfit(declaration, found);
            }
        }
        text = text.substring(0, header.end())
                + members.stream()
                        .filter(member -> declarations.stream().anyMatch(member.head::contains) == wanted)
                        .map(member -> member.text + "\n")
                        .collect(Collectors.joining())
                + text.substring(end);
        return this;
    }

    private Pattern find(String expression) {
        Pattern pattern = Pattern.compile(expression, Pattern.DOTALL);
        long found = pattern.matcher(text).results().count();
        if (found != 1) {
            throw misfit(expression, found);
        }
        return pattern;
    }

    private LocalPlatformException misfit(String what, long found) {
        return new LocalPlatformException("mops new-service does not fit " + file + " any more: it looks for '" + what
                + "' and finds it " + found + " times, not once");
    }

    /**
     * A member of a class, as the formatter lays it out.
     *
     * @param head its declaration, without what stands before and without its body
     * @param text all of it
     */
    private record Member(String head, String text) {

        static List<Member> of(List<String> lines) {
            List<Member> members = new ArrayList<>();
            List<String> all = new ArrayList<>();
            List<String> head = new ArrayList<>();
            boolean hasBody = false;
            for (String line : lines) {
                all.add(line);
                if (!hasBody && (!head.isEmpty() || !line.strip().matches("|[@*/].*"))) {
                    head.add(line.strip());
                    hasBody = line.endsWith("{");
                }
                boolean ends = hasBody ? line.matches(" {4}};?") : !head.isEmpty() && line.matches(".*[;}]");
                if (ends) {
                    members.add(new Member(String.join(" ", head), String.join("\n", all)));
                    all.clear();
                    head.clear();
                    hasBody = false;
                }
            }
            return members;
        }
    }
}
