package dev.mops.local;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;

/**
 * Makes a service from the shipping service as it is: what belongs to shipping alone is cut out of its files, and what
 * stays is renamed. Each cut must fit its file, else it ends with an error that names both; so there is nothing here that
 * could drift. All is worked out before the first file is written.
 *
 * <p>The new service notes each order that has shipped and publishes an event of its own family on its own topic. What is
 * added here is written in the words of the pattern, and renamed with the rest.
 */
final class NewService {

    private static final String PATTERN = "shipping-service";
    private static final String MAIN = PATTERN + "/src/main/java/dev/mops/shipping/";
    private static final String TEST = PATTERN + "/src/test/java/dev/mops/shipping/";
    private static final String EVENTS = "common-events/src/main/java/dev/mops/events/order/";
    private static final String EVENT_TESTS = "common-events/src/test/java/dev/mops/events/order/";
    private static final String SCHEMAS = "common-events/src/main/resources/schemas/";
    private static final int PATTERN_PORT = 8084;

    /** The carrier, its labels, and the states of a shipment. */
    private static final Set<String> LEFT_OUT = Set.of(
            MAIN + "Carrier.java",
            MAIN + "SimulatedCarrier.java",
            MAIN + "LabelImage.java",
            MAIN + "ShipmentStatus.java",
            TEST + "SimulatedCarrierTest.java",
            TEST + "LabelImageTest.java",
            TEST + "LabelScanner.java",
            TEST + "StateTableTest.java");

    private final Path root;
    private final String name;
    private final String capital;
    private final int port;
    private final Map<Path, String> made = new LinkedHashMap<>();

    private NewService(Path root, String name) throws IOException {
        this.root = root;
        this.name = name;
        refuseWhatCanNotBe();
        this.capital = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
        this.port = freePort();
        makeService();
        makeEvents();
        changeSurroundings();
    }

    /**
     * Works out all that there is to write.
     *
     * @throws LocalPlatformException if the name can't be, or if a file has changed in a way that is not known here
     */
    static NewService of(Path root, String name) {
        try {
            return new NewService(root, name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its HTTP port. */
    int port() {
        return port;
    }

    /** Writes the files; they are not formatted yet. */
    void write() {
        made.forEach((file, text) -> {
            try {
                Files.createDirectories(file.resolveSibling("."));
                Files.writeString(file, text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void refuseWhatCanNotBe() throws IOException {
        if (!name.matches("[a-z]{2,30}") || SourceVersion.isKeyword(name)) {
            throw new LocalPlatformException(
                    "A service is named by 2 to 30 letters from a to z that are no word of Java,"
                            + " such as returns, not '" + name + "'");
        }
        Set<String> taken = new LinkedHashSet<>();
        if (Files.exists(root.resolve(name + "-service"))) {
            taken.add("a folder " + name + "-service");
        }
        for (String module : modules()) {
            for (String sources : List.of("src/main/java", "src/test/java")) {
                for (String parent : List.of("dev.mops.", "dev.mops.events.")) {
                    if (Files.exists(
                            root.resolve(module).resolve(sources).resolve((parent + name).replace('.', '/')))) {
                        taken.add("a package " + parent + name + " in " + module);
                    }
                }
            }
        }
        String compose = read("docker-compose.yml");
        if (Pattern.compile("(?m)^  " + name + "(-port)?:").matcher(compose).find()) {
            taken.add("a '" + name + "' in docker-compose.yml");
        }
        if (compose.contains("CREATE DATABASE \"" + name + "\"")) {
            taken.add("a database " + name);
        }
        for (String file : filesOf("common-events/src/main/java")) {
            if (read(file).contains(".topic(\"" + name + "\")")) {
                taken.add("a topic " + name);
            }
        }
        if (!taken.isEmpty()) {
            throw new LocalPlatformException(
                    "There is " + String.join(", and ", taken) + " already: choose another name than " + name);
        }
    }

    private void makeService() throws IOException {
        Map<String, Text> edited = new LinkedHashMap<>();
        for (Text text : List.of(
                pom(),
                settings(),
                description(),
                aggregate(),
                store(),
                view(),
                controller(),
                useCase(),
                handlers(),
                migration(),
                serviceTest(),
                aggregateTest(),
                contractTest(),
                controllerTest())) {
            edited.put(text.file(), text);
        }
        Set<String> leftOut = new TreeSet<>(LEFT_OUT);
        for (String file : filesOf(PATTERN)) {
            if (!leftOut.remove(file)) {
                Text text = edited.containsKey(file) ? edited.get(file) : text(file);
                made.put(root.resolve(renamed(file)), renamed(text.text()));
            }
        }
        if (!leftOut.isEmpty()) {
            throw new LocalPlatformException("mops new-service leaves out files that are not there: " + leftOut);
        }
    }

    private Text pom() throws IOException {
        return text(PATTERN + "/pom.xml")
                .replace("Makes labels and schedules pickups", "Notes the orders that have shipped")
                .match("    <dependency>\\s+<groupId>uk\\.org\\.okapibarcode<.*?</dependency>\n", "")
                .match("    <dependency>\\s+<groupId>com\\.google\\.zxing<.*?</dependency>\n", "");
    }

    private Text settings() throws IOException {
        return text(PATTERN + "/" + ServiceModule.SETTINGS).replace("  port: " + PATTERN_PORT, "  port: " + port);
    }

    private Text description() throws IOException {
        return text(MAIN + "package-info.java")
                .replace(
                        "makes labels, schedules pickups, voids what does not ship",
                        "notes the orders that have shipped");
    }

    private Text aggregate() throws IOException {
        return text(MAIN + "Shipment.java")
                .replace("What goes to the customer of an order, with its label.", "An order that has shipped.")
                .without(
                        "status;",
                        "recipient;",
                        "label;",
                        "on(OrderEvent ",
                        "on(Answer ",
                        "dueRequest()",
                        "status()",
                        "discard(")
                .without("recipient()", "label()", "labelKey()", "move(", "record Label(", "record Recipient(")
                .replace("        this.status = ShipmentStatus.NEW;\n", "");
    }

    private Text store() throws IOException {
        return text(MAIN + "Shipments.java").without("findByShipmentId(");
    }

    private Text view() throws IOException {
        return text(MAIN + "ShipmentView.java")
                .without("record Pickup(")
                .match("/\\*\\*.*\\*/", "/** What is noted of an order, as it is seen from outside. */")
                .match("(?<=UUID orderId),\\s+ShipmentStatus .*?pickup(?=\\) \\{)", "")
                .match(
                        "Shipment\\.Label label = .*?;\n    }\n",
                        "return new ShipmentView(shipment.shipmentId(), shipment.orderId());\n    }\n");
    }

    private Text controller() throws IOException {
        return text(MAIN + "ShippingController.java")
                .without("label(")
                .replace(
                        "The shipment of an order; none where the order is not known here yet.",
                        "What is noted of an order; nothing where it has not shipped yet.");
    }

    private Text useCase() throws IOException {
        return text(MAIN + "ShippingService.java")
                .replace(
                        "Follows what the log says of an order, and has its label made or voided.",
                        "Notes the orders that have shipped.")
                .without("carrier;", "follow(", "intend(", "call(", "record(", "take(", "discard(")
                .replace("Carrier carrier, ", "")
                .replace("        this.carrier = carrier;\n", "")
                .imports("dev.mops.events.order.OrderShipped", "dev.mops.events.shipping.ShippingNoted")
                .add("""
                            /** Notes an order, and tells it, once: the first event counts. */
                            void note(OrderShipped event) {
                                if (shipments.find(event.orderId()).isEmpty()) {
                                    shipments.add(new Shipment(event.orderId(), event.shipmentId()));
                                    outbox.publish(new ShippingNoted(event.orderId()));
                                }
                            }
                        """);
    }

    private Text handlers() throws IOException {
        return text(MAIN + "ShippingEventHandlers.java")
                .match("                \\.on\\(OrderCreated.*(?= {16}\\.on\\(OrderShipped)", "")
                .replace("shipments::follow", "shipments::note")
                .imports("dev.mops.events.EventFamily")
                .imports("dev.mops.events.shipping.ShippingEvent", "dev.mops.events.shipping.ShippingEvents")
                .add("""
                            @Bean
                            EventFamily<ShippingEvent> published() {
                                return ShippingEvents.FAMILY;
                            }
                        """);
    }

    private Text migration() throws IOException {
        return text(PATTERN + "/src/main/resources/db/migration/V1__shipment.sql")
                .replace("CREATE TABLE shipment (", "CREATE TABLE shipping_entry (")
                .match(",\n    -- NEW is no row yet\\..*", "\n);\n");
    }

    private Text serviceTest() throws IOException {
        return text(TEST + "ShippingServiceTest.java")
                .replace(", and whoever prints labels. */", ". */")
                .without("ShippingService service;", "Carrier carrier;", "the_carrier_s_books_agree(", "label(UUID ")
                .without(
                        "calls(UUID ",
                        "storedRecipient(",
                        "created(UUID orderId)",
                        "created(UUID orderId,",
                        "paid(UUID ")
                .without("record Calls(")
                // The service hears one topic and writes to another.
                .match("(    @Autowired\\s+private TestTopic<)OrderEvent> topic;\n", "$0\n$1ShippingEvent> ownTopic;\n")
                .match(
                        "( {8}@Bean\\s+TestTopic<)OrderEvent> testTopic(.*?)OrderEvents(\\.FAMILY.*?\n {8}}\n)",
                        "$0\n$1ShippingEvent> ownTopic$2ShippingEvents$3")
                .replace("List<OrderEvent> published(", "List<ShippingEvent> published(")
                .replace("return topic.eventsOf(", "return ownTopic.eventsOf(")
                .replace("stands in the topic, its own events too. */", "stands in the topic. */")
                .replace("/** The shipment of an order, over HTTP. */", "/** What is noted of an order, over HTTP. */")
                .imports("dev.mops.events.order.OrderShipped")
                .imports("dev.mops.events.shipping.ShippingEvent", "dev.mops.events.shipping.ShippingEvents")
                .add("""
                            static OrderShipped shipped(UUID orderId) {
                                return new OrderShipped(orderId, UUID.randomUUID(), "Simulated Carrier", "MOPS0000000042");
                            }
                        """);
    }

    private Text aggregateTest() throws IOException {
        return text(TEST + "ShipmentsTest.java")
                .replace("The ways of a shipment, each event", "What becomes of an order, each event")
                .only("UUID order =")
                .imports("dev.mops.events.shipping.ShippingNoted")
                .add("""
                            @Test
                            void an_order_that_has_shipped_is_noted_and_told_once() {
                                OrderShipped shipped = shipped(order);
                                deliver(shipped);

                                assertThat(shipment(order)).isEqualTo(new ShipmentView(shipped.shipmentId(), order));
                                assertThat(published(order)).containsExactly(new ShippingNoted(order));
                            }
                        """)
                .add("""
                            @Test
                            void the_first_event_counts() {
                                OrderShipped first = shipped(order);
                                deliver(first, shipped(order));

                                assertThat(shipment(order).shipmentId()).isEqualTo(first.shipmentId());
                                assertThat(published(order)).hasSize(1);
                            }
                        """)
                .add("""
                            @Test
                            void other_events_are_not_heard() {
                                deliver(new CancellationRequested(order));

                                assertThat(published(order)).isEmpty();
                            }
                        """);
    }

    private Text contractTest() throws IOException {
        return text(TEST + "ShippingContractTest.java")
                .without("an_order_that_is_paid_ships(")
                // It refuses nothing.
                .replace(
                        ".over(Histories.generated(3, OrderHistories::disturbed).refusedWith(IllegalStateException.class))",
                        ".generated(3, OrderHistories::disturbed)")
                // The row holds nothing but what the event says.
                .match("\\s+// Drawn with the shipment.*(?=\\s+\\.verify\\()", "")
                .imports("dev.mops.events.shipping.ShippingNoted")
                .add("""
                            @Test
                            void an_order_that_has_shipped_is_told_once() {
                                scenario.when(ShippingServiceTest.shipped(order), ShippingServiceTest.shipped(order))
                                        .thenPublished(ShippingNoted.class, noted -> assertThat(noted.orderId()).isEqualTo(order))
                                        .thenPublishedNothing();
                            }
                        """);
    }

    private Text controllerTest() throws IOException {
        return text(TEST + "ShippingControllerTest.java")
                .only(
                        "UUID order =",
                        "an_order_that_nobody_knows_has_no_shipment(",
                        "the_order_is_required(",
                        "the_order_must_be_a_uuid(",
                        "the_description_shows_what_is_really_answered(",
                        "assertProblem(")
                .replace("an_order_that_nobody_knows_has_no_shipment(", "an_order_that_has_not_shipped_is_not_noted(")
                .match("\\s+\\.jsonPath\\(\\s+\"[^\"]*/\\{shipmentId}/label'].*?\"string\"\\)", "");
    }

    /** The event, its family, its schema, and what holds them, from one of the order events. */
    private void makeEvents() throws IOException {
        for (Text text : List.of(
                text(EVENTS + "package-info.java")
                        .replace("The events of an order: one", "The events of the shipping service: one")
                        .replace("{@code orders}", "{@code shipping}"),
                text(EVENTS + "OrderEvent.java")
                        .match(
                                "/\\*\\*.*?\\*/(?=\npublic)",
                                "/** What the shipping service has to tell of an order. */")
                        .match("permits .*?(?=\\{)", "permits CancellationRequested ")
                        .replace("The order that it happened to", "The order"),
                text(EVENTS + "OrderEvents.java")
                        .replace("The family of the order events.", "The family of the shipping service's events.")
                        .replace("of every order event.", "of every event.")
                        .replace("topic(\"orders\")", "topic(\"shipping\")")
                        .match("\\s+\\.event\\(OrderCreated.*(?=\\s+\\.event\\(CancellationRequested)", "")
                        .match("(?<=\"order\\.cancellation_requested\", \"1\\.0\"\\)).*(?=\\s+\\.build)", ""),
                text(EVENTS + "CancellationRequested.java")
                        .match(
                                "The customer cancelled\\..*?shipping voids\\.",
                                "An order is noted. Published by the shipping service."),
                text(SCHEMAS + "order.cancellation_requested/1.0.json")
                        .match(
                                "The customer cancelled\\..*?service\\.",
                                "An order is noted. Published by the shipping service."),
                text("common-events/src/test/resources/wire/order.cancellation_requested/1.0.txt")
                        .replace("/order-service", "/shipping-service"),
                text(EVENT_TESTS + "ArchitectureTest.java"),
                text(EVENT_TESTS + "OrderEventSamples.java")
                        .without("PAYMENT =", "SHIPMENT =", "TOTAL =", "RESERVED =", "PAID =")
                        .without("Envelope<OrderEvent> created(")
                        .match("created\\(\\s*CREATED,.*(?=sample\\(CANCELLED,)", "")
                        .match("(new CancellationRequested\\(ORDER\\)\\)),.*?;", "$1);")
                        .replace("\"/order-service\"", "\"/shipping-service\""),
                text(EVENT_TESTS + "OrderEventSchemasTest.java")
                        .replace("of each order event say", "of each event say")
                        .without("the_largest_amount_survives("),
                text(EVENT_TESTS + "ReleasedEventsTest.java")
                        .without("a_file_that_exists_is_never_overwritten(")
                        .replace("startsWith(\"order.\")", "startsWith(\"shipping.\")"))) {
            made.put(root.resolve(renamedEvent(text.file())), renamedEvent(text.text()));
        }
        release(renamedEvent("order.cancellation_requested/1.0.json"));
    }

    /** The build keeps to the digest of each schema. */
    private void release(String schema) throws IOException {
        String digests = SCHEMAS + "released.sha256";
        String line = sha256(requireNonNull(made.get(root.resolve(SCHEMAS + schema)))) + "  " + schema;
        made.put(
                root.resolve(digests),
                Stream.concat(read(digests).lines(), Stream.of(line))
                        .sorted(Comparator.comparing(each -> each.substring(each.indexOf(' '))))
                        .collect(Collectors.joining("\n", "", "\n")));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private void changeSurroundings() throws IOException {
        for (Text text : List.of(
                text("pom.xml").again("    <module>shipping-service</module>\n", this::renamed),
                text("system-tests/pom.xml")
                        .again(
                                "    <dependency>\\s+<groupId>dev\\.mops</groupId>\\s+<artifactId>mops-shipping-service<.*?\n    </dependency>\n",
                                this::renamed),
                text(".env").again("SHIPPING_PORT=" + PATTERN_PORT + "\n", this::renamedWithPort),
                text("docker-compose.yml")
                        .again("\n  shipping-service:\n.*?\n(?=\n)", this::renamedWithPort)
                        .again(" +CREATE DATABASE \"shipping\";\n", this::renamed)
                        .again(",shipping-service:" + PATTERN_PORT, this::renamedWithPort),
                text("docker-compose.observability.yml").again("  shipping-service: \\*traced\n", this::renamed),
                text("observability/prometheus/prometheus.yml")
                        .again(
                                "\n  - job_name: shipping-service\n.*?port: " + PATTERN_PORT + "\n",
                                this::renamedWithPort),
                text("observability/prometheus/rules.yml")
                        .again(" +or absent\\(up\\{job=\"shipping-service\"}\\)\n", this::renamed),
                text("observability/prometheus/rules-test.yml")
                        .again(
                                " +- series: 'up\\{job=\"shipping-service\", instance=\"shipping:1\"}'\n[^\n]*\n",
                                this::renamed)
                        .again(
                                " +- exp_labels:\n[^\n]*\n +job: shipping-service\n[^\n]*\n"
                                        + " +summary: \"No instance of shipping-service is found\"\n[^\n]*\n",
                                this::renamed),
                text("README.md")
                        .match(
                                "\\| \\[`shipping-service`][^\n]*\n",
                                "$0"
                                        + renamed(
                                                "| [`shipping-service`](shipping-service) | notes the orders that have shipped |\n"))
                        .match(
                                "\\| `orders` \\| order id \\| ([^|]*) \\|[^\n]*\n",
                                "$0" + renamed("| `shipping` | order id | $1 | `shipping-service` | nobody yet |\n"))
                        .match(
                                "(\\| order, inventory, billing, shipping[^|]*) (\\| `localhost` 8081[^|]*) (?=\\|)",
                                "$1, " + name + " $2, " + port + " ")
                        .again(", `shipping`(?=[^|]*, user and password)", this::renamed)
                        .again(",\\s\\[shipping]\\(docs/canvas/shipping-service\\.md\\)", this::renamed))) {
            made.put(root.resolve(text.file()), text.text());
        }
        Text canvas = canvas();
        made.put(root.resolve(renamed(canvas.file())), renamedWithPort(canvas.text()));
    }

    private Text canvas() throws IOException {
        return text("docs/canvas/shipping-service.md")
                .match("(?<=^# Shipping service\n\n).*?(?=\n## HTTP)", """
                        Notes each order that has shipped, once, and tells it. Port 8084, database `shipping`, consumer group `shipping-service`. It keeps
                        one row per order.
                        """)
                .section("HTTP", """
                        | request | answer |
                        | --- | --- |
                        | `GET /shipping?orderId=` | what is noted of an order as a list of one, or of none where it has not shipped yet |

                        Errors are problem documents (RFC 9457). The interface is described at `/v3/api-docs`, to browse at `/swagger-ui/index.html`. Like
                        the whole platform, the service knows no users.
                        """)
                .section("Events", """
                        | hears | and |
                        | --- | --- |
                        | `order.shipped` | notes the order; a second one of the same order changes nothing |

                        | publishes, on the topic `shipping` | when |
                        | --- | --- |
                        | `shipping.noted` | an order is noted |
                        """)
                .section("Tables", """
                        | table | holds |
                        | --- | --- |
                        | `shipping_entry` | a row per order, with `shipment_id` |
                        | `outbox_event`, `inbox_event` | of the messaging module |

                        No personal data.
                        """)
                .match("## The outside world\n.*?(?=## Settings)", "")
                .section("Settings", """
                        None of its own. `mops.messaging.*` is described in the README.
                        """)
                .section("What an operator looks at", """
                        - `GET /actuator/health`; readiness is the database, not the broker.
                        - `GET /actuator/prometheus`: [its metrics](../observing.md#metrics).
                        - Events that wait for Kafka: `SELECT count(*), min(created_at) FROM outbox_event`.

                        Start it alone, with its servers: `TestShippingServiceApplication` in its tests.
                        """);
    }

    /** From the words of the pattern to those of the new service. */
    private String renamed(String text) {
        return text.replace("/shipments", "/" + name)
                .replace("V1__shipment", "V1__entry")
                .replaceAll("\\bShipmentView\\b", capital + "View")
                .replaceAll("\\bShipments(?=Test\\b|\\b)", capital + "Entries")
                .replaceAll("\\bShipment\\b", capital + "Entry")
                .replaceAll("\\bshipments\\b", "entries")
                .replaceAll("\\bshipment\\b", "entry")
                .replace("Shipping", capital)
                .replace("shipping", name)
                .replace("SHIPPING", name.toUpperCase(Locale.ROOT));
    }

    private String renamedWithPort(String text) {
        return renamed(text).replace(String.valueOf(PATTERN_PORT), String.valueOf(port));
    }

    private String renamedEvent(String text) {
        return renamed(
                text.replaceAll("(?<!import )dev([./])mops([./])events([./])order\\b", "dev$1mops$2events$3shipping")
                        .replace("order.cancellation_requested", "shipping.noted")
                        .replace("CancellationRequested", "ShippingNoted")
                        .replace("CANCELLED", "NOTED")
                        .replace("OrderEvent", "ShippingEvent"));
    }

    private List<String> modules() throws IOException {
        return Pattern.compile("<module>(.+?)</module>")
                .matcher(read("pom.xml"))
                .results()
                .map(module -> module.group(1))
                .toList();
    }

    private int freePort() throws IOException {
        String settings = read(".env");
        int free = ServiceModule.in(root).stream()
                        .mapToInt(ServiceModule::port)
                        .max()
                        .orElseThrow()
                + 1;
        List<Integer> ofExamples =
                ServiceModule.examplesIn(root).stream().map(ServiceModule::port).toList();
        while (settings.contains(String.valueOf(free)) || ofExamples.contains(free)) {
            free++;
        }
        return free;
    }

    /** The files of a folder but for what is built, as paths from the root. */
    private List<String> filesOf(String folder) throws IOException {
        Path target = root.resolve(folder).resolve("target");
        try (Stream<Path> files = Files.walk(root.resolve(folder))) {
            return files.filter(file -> Files.isRegularFile(file) && !file.startsWith(target))
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private String read(String file) throws IOException {
        return Files.readString(root.resolve(file));
    }

    private Text text(String file) throws IOException {
        return new Text(file, read(file));
    }
}
