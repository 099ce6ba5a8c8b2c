package dev.mops.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents lead somewhere: what they link to, and what they name there, exists. */
class DocumentsTest {

    private static final Pattern LINK = Pattern.compile("\\[([^\\]]*)\\]\\(([^)\\s]+)\\)");
    private static final Pattern FENCED = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
    private static final Pattern EXTERNAL = Pattern.compile("[a-z][a-z0-9+.-]*:.*");
    // What stands where a figure, an output or a test is still to be filled in.
    private static final Pattern MARKER = Pattern.compile("⟨[^⟩\\n]*⟩");
    // With its default, if it has one: a text or a list of them.
    private static final Pattern SETTING =
            Pattern.compile("(?:@DefaultValue(?:\\(([^)]+)\\))?|@Nullable) [\\w<>]+(?:, \\w+>)? (\\w+)[,)]");
    private static final Pattern DESCRIBED = Pattern.compile("(?m)^ \\* @param (\\w+) ");

    // Of the limits that a service sets, name and number; the threads are the only group.
    private static final Pattern TOMCAT =
            Pattern.compile("(?m)^ +(max|max-connections|accept-count|connection-timeout|keep-alive-timeout): (\\w+)$");

    private static final Path ROOT = root();

    @Test
    void every_link_leads_to_a_file_and_a_heading_that_exist() throws IOException {
        assertThat(onAllPages(DocumentsTest::links)).as("links").hasSizeGreaterThan(50);
        assertThat(onAllPages(DocumentsTest::brokenLinks)).isEmpty();
    }

    @Test
    void every_name_of_code_exists_in_the_file_that_it_links_to() throws IOException {
        assertThat(onAllPages(DocumentsTest::codeLinks))
                .as("links that name code")
                .hasSizeGreaterThan(20);
        assertThat(onAllPages(DocumentsTest::unknownNames)).isEmpty();
    }

    @Test
    void no_figure_output_or_test_is_still_to_be_filled_in() throws IOException {
        assertThat(onAllPages(DocumentsTest::markers)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "mops.messaging, messaging/src/main/java/dev/mops/messaging/MessagingProperties.java",
        "mops.orders, order-service/src/main/java/dev/mops/order/OrderProperties.java",
        "mops.web, web/src/main/java/dev/mops/web/WebProperties.java"
    })
    void the_readme_states_every_setting_with_its_default_and_no_other(String prefix, Path code) throws IOException {
        String settings = Files.readString(ROOT.resolve(code));
        List<String> rows = Files.readAllLines(ROOT.resolve("README.md")).stream()
                .filter(line -> line.startsWith("| `" + prefix + "."))
                .toList();

        // What the pattern does not find is described all the same.
        assertThat(SETTING.matcher(settings).results().map(setting -> setting.group(2)))
                .isNotEmpty()
                .containsExactlyElementsOf(DESCRIBED
                        .matcher(settings)
                        .results()
                        .map(described -> described.group(1))
                        .toList());
        assertThat(SETTING.matcher(settings).results())
                .hasSameSizeAs(rows)
                .allSatisfy(setting -> assertThat(rows)
                        .anyMatch(row -> row.startsWith("| `" + prefix + "." + kebab(setting.group(2)) + "` | "
                                + (setting.group(1) == null
                                        ? ""
                                        : "`" + setting.group(1).replaceAll("[{}\" ]", "") + "` |"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"order", "inventory", "billing", "shipping"})
    void the_page_of_http_limits_states_what_a_service_sets(String service) throws IOException {
        List<String> page = Files.readAllLines(ROOT.resolve("docs/http-limits.md"));
        String settings = Files.readString(ROOT.resolve(service + "-service/src/main/resources/application.yaml"));
        String tomcat = settings.replaceFirst("(?s).*\n  tomcat:\n", "").replaceFirst("(?s)\n\\S.*", "");
        assertThat(TOMCAT.matcher(tomcat).results())
                .hasSizeGreaterThanOrEqualTo(5)
                .allSatisfy(limit -> assertThat(page)
                        .anyMatch(line -> line.contains("| `server.tomcat."
                                        + limit.group(1).replaceFirst("^max$", "threads.max") + "` |")
                                && line.replace(",", "")
                                        .contains("| " + limit.group(2).replace("s", " s") + " |")));
    }

    @Test
    void every_page_of_the_docs_folder_can_be_reached_from_the_readme() throws IOException {
        Set<Path> reached = new HashSet<>();
        List<Path> open = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        while (!open.isEmpty()) {
            Path page = open.removeLast();
            if (reached.add(page)) {
                for (Link link : links(page)) {
                    if (isPage(link.file())) {
                        open.add(link.file());
                    }
                }
            }
        }
        assertThat(reached).containsAll(pages());
    }

    @Test
    void a_broken_link_and_an_unknown_name_are_found(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("Box.java"), """
                final class Box {
                    private static final int SIZE = 3;

                    record Lid(int width) {}

                    static void close(int tries) {
                        open();
                    }
                }
                """);
        Path page = Files.writeString(folder.resolve("page.md"), """
                # A page: what's on it?

                ## Twice
                ## Twice

                [up](#a-page-whats-on-it) [second](#twice-1) [file](Box.java) [out](https://example.org/none)
                [`Box`](Box.java) [`Box.close`](Box.java) [`Box.Lid`](Box.java) [`Box.SIZE`](Box.java)

                ```
                [in code](nowhere.md)
                ```

                [no heading](#twice-2) [no file](nowhere.md) [no page](Box.java#close)
                [`Bag`](Box.java) [`Box.open`](Box.java) [`Box.Bag`](Box.java)
                """);
        assertThat(brokenLinks(page)).containsExactly("#twice-2", "nowhere.md", "Box.java#close");
        assertThat(unknownNames(page)).containsExactly("Bag", "Box.open", "Box.Bag");
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        for (Path at = folder; at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("docs")) && Files.exists(at.resolve("README.md"))) {
                return at;
            }
        }
        throw new IllegalStateException("README.md and docs are in no folder above " + folder);
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(
                ROOT.resolve("README.md"),
                ROOT.resolve("CONTRIBUTING.md"),
                ROOT.resolve("messaging/README.md"),
                ROOT.resolve("examples/notifier/README.md")));
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    /** What a check finds on all pages, each with its page. */
    private static List<String> onAllPages(Check check) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path page : pages()) {
            for (Object each : check.of(page)) {
                found.add(ROOT.relativize(page) + ": " + each);
            }
        }
        return found;
    }

    private static boolean isPage(Path file) {
        return file.toString().endsWith(".md") && Files.exists(file);
    }

    private static List<Link> links(Path page) throws IOException {
        String text = FENCED.matcher(Files.readString(page)).replaceAll("");
        return LINK.matcher(text)
                .results()
                .filter(link -> !EXTERNAL.matcher(link.group(2)).matches())
                .map(link -> Link.of(page, link.group(1), link.group(2)))
                .toList();
    }

    private static List<String> brokenLinks(Path page) throws IOException {
        List<String> broken = new ArrayList<>();
        for (Link link : links(page)) {
            boolean isThere = link.anchor().isEmpty()
                    ? Files.exists(link.file())
                    : isPage(link.file()) && anchors(link.file()).contains(link.anchor());
            if (!isThere) {
                broken.add(link.target());
            }
        }
        return broken;
    }

    /** The anchors of a page's headings, as GitHub makes them. */
    private static Set<String> anchors(Path page) throws IOException {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        String text = FENCED.matcher(Files.readString(page)).replaceAll("");
        HEADING.matcher(text).results().forEach(heading -> {
            String anchor = LINK.matcher(heading.group(1))
                    .replaceAll("$1")
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            int before = seen.merge(anchor, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? anchor : anchor + "-" + before);
        });
        return anchors;
    }

    /** Names in links such as [`Relay.lead`](…/Relay.java) that the file does not declare. */
    private static List<String> unknownNames(Path page) throws IOException {
        List<String> unknown = new ArrayList<>();
        for (Link link : codeLinks(page)) {
            if (Files.exists(link.file()) && !declares(link.file(), link.name())) {
                unknown.add(link.name());
            }
        }
        return unknown;
    }

    private static List<Link> codeLinks(Path page) throws IOException {
        return links(page).stream().filter(Link::namesCode).toList();
    }

    private static List<String> markers(Path page) throws IOException {
        return MARKER.matcher(Files.readString(page))
                .results()
                .map(MatchResult::group)
                .toList();
    }

    private static boolean declares(Path file, String name) throws IOException {
        String code = Files.readString(file);
        String[] parts = name.split("\\.", -1);
        if (!(parts[0] + ".java").equals(String.valueOf(file.getFileName()))) {
            return false;
        }
        for (int i = 1; i < parts.length; i++) {
            String quoted = Pattern.quote(parts[i]);
            Pattern declaration = Pattern.compile("\\b(class|interface|record|enum) " + quoted + "\\b"
                    + "|(?m)^ ++(?!return |throw |else |new )[\\w@<][\\w<>?,.@&\\[\\] ]* " + quoted + "(\\(| =)"
                    + "|(?m)^ +" + quoted + "[,;]$");
            if (!declaration.matcher(code).find()) {
                return false;
            }
        }
        return true;
    }

    private static String kebab(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** Looks at one page. */
    private interface Check {
        List<?> of(Path page) throws IOException;
    }

    /** A link inside the repository. */
    private record Link(String text, String target, Path file, String anchor) {

        static Link of(Path page, String text, String target) {
            int hash = target.indexOf('#');
            String path = hash < 0 ? target : target.substring(0, hash);
            Path file = path.isEmpty() ? page : page.resolveSibling(path).normalize();
            return new Link(text, target, file, hash < 0 ? "" : target.substring(hash + 1));
        }

        /** Whether the text is the name of a class, or of a member of it, and the file its source. */
        boolean namesCode() {
            return file.toString().endsWith(".java") && text.matches("`[A-Z]\\w*(\\.\\w+)*`");
        }

        String name() {
            return text.replace("`", "");
        }
    }
}
