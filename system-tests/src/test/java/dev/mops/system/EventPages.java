package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The documents of the events, and whether those that are kept are the same.
 *
 * @param document of AsyncAPI
 * @param pages the text of each, by the name of its file
 */
record EventPages(JsonNode document, Map<String, String> pages) {

    /** Writes what is stale. */
    static final String COMMAND =
            "mvn verify -pl system-tests -am -Dtest=EventDocsTest -Dsurefire.failIfNoSpecifiedTests=false -Dmops.docs=write";

    /** What the pages do not tell, as CommonMark. */
    static final String LEFT_OUT =
            "The examples are no part of the platform, and left out: [the notifier](../examples/notifier/README.md), which has"
                    + " an event and topics of its own, and [the reporting service](../examples/reporting-service), which only reads.";

    private static final JsonMapper JSON = JsonMapper.shared();

    static EventPages of(Catalog catalog, Contracts contracts) {
        JsonNode document = AsyncApi.of(catalog, contracts);
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("asyncapi.json", JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n");
        pages.put("asyncapi.html", AsyncApiPage.of(document));
        pages.put("events.md", EventsPage.of(catalog, contracts));
        return new EventPages(document, pages);
    }

    /**
     * Fails where a page that is kept is stale; asked to, writes them all.
     *
     * @param asked what {@code -Dmops.docs} says
     */
    void keepIn(Path folder, @Nullable String asked) throws IOException {
        if (asked != null && !asked.equals("write")) {
            throw new IllegalArgumentException("-Dmops.docs can be write, not " + asked);
        }
        for (Map.Entry<String, String> page : pages.entrySet()) {
            Path kept = folder.resolve(page.getKey());
            if (asked != null) {
                Files.writeString(kept, page.getValue());
            }
            String text = Files.exists(kept) ? Files.readString(kept) : "";
            assertThat(text.equals(page.getValue()))
                    .as(
                            "docs/%s is stale, from line %d on: it is not what services and schemas say now. To write it anew: %s",
                            page.getKey(),
                            text.lines().takeWhile(inOrder(page.getValue())).count() + 1,
                            COMMAND)
                    .isTrue();
        }
    }

    /** Whether a line is the next one of a text. */
    private static Predicate<String> inOrder(String text) {
        Iterator<String> lines = text.lines().iterator();
        return line -> lines.hasNext() && lines.next().equals(line);
    }
}
