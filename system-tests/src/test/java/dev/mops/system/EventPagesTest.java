package dev.mops.system;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mops.system.Catalog.Family;
import dev.mops.system.Catalog.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The pages of the events, made of a catalog and of modules by hand. */
class EventPagesTest {

    private static final Path ROOT = PlatformExtension.root();
    private static final String NOTED = "returns.noted";
    private static final String TOLD = "notification.sent";

    private final Path root;

    EventPagesTest(@TempDir Path folder) {
        this.root = folder;
    }

    @BeforeEach
    void examples() throws IOException {
        Files.createDirectories(root.resolve("examples"));
    }

    @Test
    void a_service_that_hears_one_family_and_only_publishes_another_has_retry_topics_of_the_one() throws IOException {
        schema("common-events", "order.shipped", "1.0", "orderId", "string");
        schema("common-events", NOTED, "1.0", "orderId", "string");

        EventPages pages = pages(handled("orders", "order.shipped", "1.0"), published("returns", NOTED, "1.0"));

        assertThat(pages.document().path("channels").propertyNames())
                .containsExactlyInAnyOrder(
                        "orders", "orders-returns-service-retry-1", "orders-returns-service-dlt", "returns");
        assertThat(pages.document().path("operations").propertyNames())
                .containsExactlyInAnyOrder(
                        "returns-service.receive.orders",
                        "returns-service.send.orders-returns-service-retry-1",
                        "returns-service.receive.orders-returns-service-retry-1",
                        "returns-service.send.orders-returns-service-dlt",
                        "returns-service.send.returns");
        assertThat(eventsPage(pages))
                .contains(
                        "| `returns` | 12 | events, keyed by the entity | [returns](canvas/returns-service.md) | nobody |")
                .doesNotContain("returns-returns-service");
    }

    @Test
    void a_retry_topic_is_read_by_a_group_of_its_own() throws IOException {
        schema("common-events", "order.shipped", "1.0", "orderId", "string");

        EventPages pages = pages(handled("orders", "order.shipped", "1.0"));

        assertThat(groupOf(pages, "orders")).isEqualTo("returns-service");
        assertThat(groupOf(pages, "orders-returns-service-retry-1")).isEqualTo("returns-service-retry");
    }

    private static String groupOf(EventPages pages, String topic) {
        return pages.document()
                .path("operations")
                .path("returns-service.receive." + topic)
                .at("/bindings/kafka/groupId/enum/0")
                .asString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"returns-service", "examples/returns-service"})
    void the_schema_of_an_event_is_found_in_the_module_that_has_it_and_without_a_sample_there_is_no_example(
            String module) throws IOException {
        Path copied = schemaOf(module, TOLD, "1.0");
        Files.createDirectories(copied.resolveSibling("."));
        Files.copy(ROOT.resolve("examples/notifier/schemas/notification.sent/1.0.json"), copied);

        EventPages pages = pages(handled("notifications", TOLD, "1.0"));

        JsonNode message = pages.document().at("/components/messages").path(TOLD + "-1.0");
        assertThat(message.at("/payload/properties").propertyNames()).contains("trackingNumber");
        assertThat(message.has("examples")).isFalse();
        assertThat(eventsPage(pages))
                .contains("## notification.sent", "`trackingNumber`")
                .doesNotContain("A record of");
    }

    @Test
    void an_event_with_a_sample_has_it_as_its_example() throws IOException {
        schema("returns-service", NOTED, "1.0", "orderId", "string");
        Path wire = root.resolve("returns-service/src/test/resources/wire/returns.noted/1.0.txt");
        Files.createDirectories(wire.resolveSibling("."));
        Files.writeString(wire, "key: 7\nce_type: returns.noted\n\n{\"orderId\":\"7\"}\n");

        EventPages pages = pages(published("returns", NOTED, "1.0"));

        assertThat(pages.document()
                        .at("/components/messages")
                        .path(NOTED + "-1.0")
                        .at("/examples/0/payload/orderId")
                        .asString())
                .isEqualTo("7");
        assertThat(eventsPage(pages)).contains("A record of 1.0:\n\n```\nkey: 7\nce_type: returns.noted\n");
    }

    @Test
    void a_version_that_is_retired_is_on_no_page_although_its_schema_stays() throws IOException {
        schema("common-events", NOTED, "1.0", "old", "string");
        schema("common-events", NOTED, "1.1", "old", "string");
        schema("common-events", NOTED, "2.0", "orderId", "string");

        EventPages pages = pages(published("returns", NOTED, "2.0"));

        assertThat(pages.document().at("/components/messages").propertyNames()).contains("returns.noted-2.0");
        assertThat(pages.pages().values())
                .allSatisfy(page -> assertThat(page)
                        .contains("2.0")
                        .doesNotContain("returns.noted-1", "returns.noted/1", "1.1", "`old`"));
    }

    @Test
    void a_schema_that_no_module_has_and_one_that_two_have_otherwise_are_named() throws IOException {
        assertThatIllegalStateException()
                .isThrownBy(() -> pages(handled("notifications", TOLD, "1.0")))
                .withMessage("A service reads notification.sent/1.0, and no module has its schema,"
                        + " src/main/resources/schemas/notification.sent/1.0.json");

        schema("billing-service", TOLD, "1.0", "orderId", "string");
        schema("returns-service", TOLD, "1.0", "orderId", "string");
        assertThat(pages(handled("notifications", TOLD, "1.0")).pages()).hasSize(3);

        schema("returns-service", TOLD, "1.0", "orderId", "integer");
        assertThatIllegalStateException()
                .isThrownBy(() -> pages(handled("notifications", TOLD, "1.0")))
                .withMessageStartingWith("The schema of notification.sent/1.0 is not the same in ")
                .withMessageContainingAll("billing-service", "returns-service");
    }

    @Test
    void a_field_that_not_all_versions_have_alike_says_which_do() throws IOException {
        schema("common-events", NOTED, "1.0", "weight", "string");
        schema("common-events", NOTED, "1.1", "weight", "string");
        schema("common-events", NOTED, "2.0", "weight", "integer");
        schema("common-events", NOTED, "3.0", "weight", "string");
        schema("common-events", NOTED, "4.0", "grams", "integer");

        assertThat(eventsPage(pages(published("returns", NOTED, "1.0", "1.1", "2.0", "3.0", "4.0"))))
                .contains("""
                        | `grams` | integer | always, from 4.0 | What it is |
                        | `weight` | string | always, in 1.0, 1.1, 3.0 | What it is |
                        | `weight` | integer | always, in 2.0 | What it is |
                        """);
        assertThat(eventsPage(pages(published("returns", NOTED, "1.0", "1.1", "2.0"))))
                .contains("""
                        | `weight` | integer | always, from 2.0 | What it is |
                        | `weight` | string | always, up to 1.1 | What it is |
                        """);
        assertThat(eventsPage(pages(published("returns", NOTED, "1.0", "1.1")))).contains("""
                        | `weight` | string | always | What it is |
                        """);
    }

    @Test
    void a_page_that_is_stale_fails_with_the_command_that_writes_it(@TempDir Path docs) throws IOException {
        schema("common-events", NOTED, "1.0", "orderId", "string");
        EventPages pages = pages(published("returns", NOTED, "1.0"));
        assertStale(pages, docs, "asyncapi.json", 1);

        pages.keepIn(docs, "write");
        pages.keepIn(docs, null);

        for (String page : pages.pages().keySet()) {
            Path kept = docs.resolve(page);
            List<String> lines = Files.readAllLines(kept);
            lines.set(2, lines.get(2) + " by hand");
            Files.write(kept, lines);
            assertStale(pages, docs, page, 3);
            pages.keepIn(docs, "write");
            assertThat(kept).hasContent(pages.pages().get(page));
        }
        schema("common-events", NOTED, "1.1", "orderId", "string");
        EventPages changed = pages(published("returns", NOTED, "1.0", "1.1"));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> changed.keepIn(docs, null))
                .withMessageContaining("docs/asyncapi.json is stale");
    }

    private static void assertStale(EventPages pages, Path docs, String page, int line) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> pages.keepIn(docs, null))
                .withMessageContaining(
                        "docs/%s is stale, from line %d on: it is not what services and schemas say now. To write it anew: %s",
                        page, line, EventPages.COMMAND);
    }

    @Test
    void what_can_be_asked_for_is_to_write(@TempDir Path docs) throws IOException {
        schema("common-events", NOTED, "1.0", "orderId", "string");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> pages(published("returns", NOTED, "1.0")).keepIn(docs, "wirte"))
                .withMessage("-Dmops.docs can be write, not wirte");
        assertThat(docs).isEmptyDirectory();
    }

    @Test
    void the_pages_say_that_the_examples_are_left_out() throws IOException {
        schema("common-events", NOTED, "1.0", "orderId", "string");

        EventPages pages = pages(published("returns", NOTED, "1.0"));

        assertThat(eventsPage(pages)).contains(EventPages.LEFT_OUT);
        assertThat(pages.document().at("/info/description").asString()).contains(EventPages.LEFT_OUT);
        assertThat(pages.pages().get("asyncapi.html"))
                .contains("left out: <a href=\"../examples/notifier/README.md\">the notifier</a>, which");
    }

    @Test
    void the_page_of_how_an_event_changes_has_the_command_that_writes_them() throws IOException {
        assertThat(ROOT.resolve("docs/changing-events.md")).content().contains("       " + EventPages.COMMAND + "\n");
    }

    @Test
    void the_page_of_the_wire_has_each_header_and_says_which_are_required() throws IOException {
        Map<String, Boolean> explained = Files.readAllLines(ROOT.resolve("docs/wire-format.md")).stream()
                .filter(line -> line.matches("\\| `.*"))
                .map(line -> line.split(" \\| "))
                .collect(toMap(cells -> cells[0].replaceAll("[|` ]", ""), cells -> cells[2].startsWith("required")));

        assertThat(explained)
                .isEqualTo(Fields.of(AsyncApi.cloudEvent()).stream()
                        .collect(toMap(Fields.Field::path, Fields.Field::required)));
    }

    private EventPages pages(Family... families) {
        Service service = new Service("returns-service", "returns-service-retry", List.of(families));
        return EventPages.of(new Catalog(List.of(service)), new Contracts(root));
    }

    private static String eventsPage(EventPages pages) {
        return pages.pages().getOrDefault("events.md", "");
    }

    private static Family handled(String topic, String type, String... versions) {
        return new Family(
                topic,
                12,
                List.of(topic + "-returns-service-retry-1"),
                topic + "-returns-service-dlt",
                new TreeSet<>(List.of(type)),
                new TreeMap<>(),
                new TreeMap<>(Map.of(type, List.of(versions))),
                false);
    }

    /** As a family that is only a bean: there is no table, so nothing is ever tried again. */
    private static Family published(String topic, String type, String... versions) {
        return new Family(
                topic,
                12,
                List.of(),
                null,
                new TreeSet<>(),
                new TreeMap<>(Map.of(type, versions[versions.length - 1])),
                new TreeMap<>(Map.of(type, List.of(versions))),
                false);
    }

    private void schema(String module, String type, String version, String field, String fieldType) throws IOException {
        Path schema = schemaOf(module, type, version);
        Files.createDirectories(schema.resolveSibling("."));
        Files.writeString(schema, """
                {
                  "type": "object",
                  "description": "What happened",
                  "required": ["%1$s"],
                  "properties": {"%1$s": {"type": "%2$s", "description": "What it is"}}
                }
                """.formatted(field, fieldType));
    }

    private Path schemaOf(String module, String type, String version) {
        return root.resolve(module + "/src/main/resources/schemas/" + type + "/" + version + ".json");
    }
}
