package dev.mops.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.order.OrderEvents;
import dev.mops.local.Mops;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The documents of the events say what the running services handle and publish; asked to, this test writes them. */
@SystemTest
class EventDocsTest {

    private static final Pattern LOADS = Pattern.compile(
            "(?i)<(script|link|img|iframe|object|embed|base)\\b|\\bsrc\\s*=|url\\(|@import|href=\"(?!#|\\.\\./)");

    private final Shop shop;
    private final EventPages pages;

    EventDocsTest(Shop shop) {
        this.shop = shop;
        pages = EventPages.of(Catalog.of(shop), new Contracts(PlatformExtension.root()));
    }

    @Test
    void what_is_kept_is_what_the_services_say() throws IOException {
        pages.keepIn(PlatformExtension.root().resolve("docs"), System.getProperty("mops.docs"));
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
        return new TreeSet<>(pages.document()
                .at("/components/messages/" + message + "/headers/properties")
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
    void every_version_that_is_read_is_there() {
        assertThat(pages.document().path("components").path("messages").propertyNames())
                .hasSizeGreaterThan(10)
                .containsAll(OrderEvents.FAMILY.definitions().stream()
                        .flatMap(definition ->
                                definition.versions().stream().map(version -> definition.type() + "-" + version))
                        .toList());
    }

    @Test
    void each_topic_is_read_by_the_consumer_group_that_the_document_names() {
        Map<String, Set<String>> documented = new TreeMap<>();
        for (JsonNode operation : pages.document().path("operations")) {
            if (operation.path("action").asString().equals("receive")) {
                documented
                        .computeIfAbsent(
                                operation.at("/bindings/kafka/groupId/enum/0").asString(), _ -> new TreeSet<>())
                        .add(AsyncApi.resolve(pages.document(), operation.path("channel"))
                                .path("address")
                                .asString());
            }
        }

        OrdersTopic topics = new OrdersTopic(shop.platform());
        assertThat(documented).hasSizeGreaterThanOrEqualTo(8);
        Shop.eventually()
                .untilAsserted(() -> documented.forEach((group, read) ->
                        assertThat(topics.readBy(group)).as(group).isEqualTo(read)));
    }

    @Test
    void the_page_loads_nothing() {
        assertThat(pages.pages().get("asyncapi.html"))
                .contains("default-src 'none'")
                .doesNotContainPattern(LOADS);
    }
}
