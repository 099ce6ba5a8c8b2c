package dev.mops.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Mops;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The documents of the events say what the running services handle and publish; asked to, this test writes them. */
@SystemTest
class EventDocsTest {

    /** Writes what is stale. */
    static final String COMMAND =
            "mvn verify -pl system-tests -am -Dtest=EventDocsTest -Dsurefire.failIfNoSpecifiedTests=false -Dmops.docs=write";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Path DOCS = PlatformExtension.root().resolve("docs");
    private static final Pattern LOADS = Pattern.compile(
            "(?i)<(script|link|img|iframe|object|embed|base)\\b|\\bsrc\\s*=|url\\(|@import|href=\"(?!#)");

    private final Shop shop;
    private final Catalog catalog;
    private final JsonNode document;
    private final Map<String, String> expected = new LinkedHashMap<>();

    EventDocsTest(Shop shop) throws IOException {
        this.shop = shop;
        catalog = Catalog.of(shop);
        Contracts contracts = new Contracts(PlatformExtension.root());
        document = AsyncApi.of(catalog, contracts);
        expected.put("asyncapi.json", JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n");
        expected.put("asyncapi.html", AsyncApiPage.of(document));
        expected.put("events.md", EventsPage.of(catalog, contracts));
        if ("write".equals(System.getProperty("mops.docs"))) {
            for (Map.Entry<String, String> file : expected.entrySet()) {
                Files.writeString(DOCS.resolve(file.getKey()), file.getValue());
            }
        }
    }

    @Test
    void what_is_kept_is_what_the_services_say() throws IOException {
        for (Map.Entry<String, String> file : expected.entrySet()) {
            Path kept = DOCS.resolve(file.getKey());
            String text = Files.exists(kept) ? Files.readString(kept) : "";
            assertThat(text.equals(file.getValue()))
                    .as(
                            "docs/%s is stale, from line %d on: it is not what services and schemas say now. To write it anew: %s",
                            file.getKey(),
                            text.lines().takeWhile(inOrder(file.getValue())).count() + 1,
                            COMMAND)
                    .isTrue();
        }
    }

    /** Whether a line is the next one of a text. */
    private static Predicate<String> inOrder(String text) {
        Iterator<String> lines = text.lines().iterator();
        return line -> lines.hasNext() && lines.next().equals(line);
    }

    @Test
    void the_headers_of_a_wake_up_and_of_a_dead_letter_are_those_of_their_records() {
        mops("fail", "billing-service", "--type", "order.inventory_reserved", "--how", "poison");
        mops("fail", "shipping-service", "--type", "order.paid");
        UUID order = shop.placeOrder(Wish.of("BACKPACK-20", 1));
        Set<String> deadLetter = awaitHeaders("orders-billing-service-dlt", order);
        mops(
                "dead-letters",
                "replay",
                "--all",
                "--service",
                "billing",
                "--key",
                order.toString(),
                "--reason",
                "is read");
        Set<String> wakeUp = awaitHeaders("orders-shipping-service-retry-1", order);
        shop.awaitStatus(order, "SHIPPED");

        assertThat(wakeUp).isEqualTo(documented("retry"));
        // Only where headers and value were too large.
        deadLetter.add("mops-dead-letter-payload");
        assertThat(deadLetter).isEqualTo(documented("dead-letter"));
    }

    private Set<String> documented(String message) {
        return new TreeSet<>(document.at("/components/messages/" + message + "/headers/properties")
                .propertyNames());
    }

    /** The module's own headers of the order's record there. */
    private Set<String> awaitHeaders(String topic, UUID order) {
        OrdersTopic topics = new OrdersTopic(shop.platform());
        return Shop.eventually()
                .until(
                        () -> topics.records(topic).stream()
                                .filter(record -> order.toString().equals(new String(record.key(), UTF_8)))
                                .flatMap(record -> Stream.of(record.headers().toArray()))
                                .map(Header::key)
                                .filter(name -> name.startsWith("mops-"))
                                .collect(toCollection(TreeSet::new)),
                        headers -> !headers.isEmpty());
    }

    private void mops(String... arguments) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, UTF_8);
        int status = Mops.execute(PlatformExtension.root(), shop.platform(), out, out, arguments);
        assertThat(status).as(said.toString(UTF_8)).isZero();
    }

    @Test
    void every_released_version_and_every_topic_of_a_service_is_there() throws IOException {
        List<String> released = Files.readAllLines(
                        PlatformExtension.root().resolve("common-events/src/main/resources/schemas/released.sha256"))
                .stream()
                .map(line -> line.replaceFirst("^\\S+ +(.*)/(.*)\\.json$", "$1-$2"))
                .toList();

        assertThat(document.path("components").path("messages").propertyNames())
                .hasSizeGreaterThan(10)
                .containsAll(released);
        TreeSet<String> topics = new TreeSet<>(catalog.topics());
        catalog.services()
                .forEach(service -> service.families().forEach(family -> {
                    topics.addAll(family.retryTopics());
                    topics.add(String.valueOf(family.deadLetterTopic()));
                }));
        assertThat(document.path("channels").propertyNames()).containsExactlyInAnyOrderElementsOf(topics);
    }

    @Test
    void the_page_loads_nothing() {
        assertThat(expected.get("asyncapi.html")).contains("default-src 'none'").doesNotContainPattern(LOADS);
    }
}
