package dev.mops.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Platform;
import dev.mops.local.PostgresServer;
import dev.mops.local.ServiceProcess;
import java.net.URI;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Names, addresses and payment tokens are where they must be, and nowhere else. The log files are looked through after
 * each class, by the audit.
 */
@SystemTest
class SecretsTest {

    private static final String SECRETS = String.join("|", Shop.SECRETS);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Shop shop;
    private final Platform platform;

    SecretsTest(Shop shop) {
        this.shop = shop;
        this.platform = shop.platform();
    }

    @BeforeEach
    void every_way_through_the_saga() {
        Wish wish = Wish.of("BACKPACK-20", 1);
        shop.placeOrder(wish);
        shop.placeOrder(wish.paidWith("tok_declined"));
        shop.placeOrder(wish.paidWith("tok_nobody_knows"));
        shop.placeOrder(wish.sentTo("00000"));
        shop.placeOrder(Wish.of("VINYL-SIGNED", 1_000));
        shop.cancel(shop.placeOrder(wish));
        shop.placed().keySet().forEach(shop::awaitEnd);
        new OrdersTopic(platform).awaitQuiet();
    }

    @Test
    void only_the_event_of_a_placed_order_tells_them_and_only_in_its_payload() {
        List<ConsumerRecord<byte[], byte[]>> records = new OrdersTopic(platform).records();

        Set<String> told = new HashSet<>();
        assertThat(records).allSatisfy(record -> {
            String order = new String(record.key(), UTF_8);
            assertThat(order).doesNotContain(Shop.SECRETS);
            assertThat(record.headers())
                    .allSatisfy(header -> assertThat(text(header)).doesNotContain(Shop.SECRETS));
            if (!text(record.headers().lastHeader("ce_type")).equals("order.created")) {
                assertThat(new String(record.value(), UTF_8)).doesNotContain(Shop.SECRETS);
            } else if (Shop.SECRETS.stream().allMatch(new String(record.value(), UTF_8)::contains)) {
                told.add(order);
            }
        });
        assertThat(told)
                .containsAll(shop.placed().keySet().stream().map(UUID::toString).toList());
    }

    @Test
    void only_shipping_keeps_an_address_and_nobody_a_token_once_orders_have_ended() throws SQLException {
        Set<String> found = new TreeSet<>();
        int columns = 0;
        for (ServiceProcess service : platform.instances()) {
            for (Column column : columns(service.name())) {
                columns++;
                if (holdsSecrets(column)) {
                    found.add(service.name() + ": " + column.table() + "." + column.name());
                }
            }
        }

        assertThat(columns).isGreaterThan(50);
        assertThat(found)
                .containsExactly(
                        "shipping-service: shipment.city",
                        "shipping-service: shipment.name",
                        "shipping-service: shipment.street");
    }

    @Test
    void no_answer_tells_them_but_the_label_of_a_parcel() {
        List<URI> addresses = new ArrayList<>();
        for (UUID order : shop.placed().keySet()) {
            addresses.add(shop.url("order-service").resolve("/orders/" + order));
            addresses.add(shop.url("billing-service").resolve("/payments?orderId=" + order));
            addresses.add(shop.url("shipping-service").resolve("/shipments?orderId=" + order));
        }
        addresses.add(shop.url("order-service").resolve("/orders?size=100"));
        addresses.add(shop.url("inventory-service").resolve("/stock"));

        assertThat(addresses).allSatisfy(address -> {
            HttpResponse<String> answer = shop.get(address);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).doesNotContain(Shop.SECRETS);
        });
    }

    @Test
    void no_refusal_tells_them_whatever_is_wrong_with_the_request() {
        // Refused in any case: a name with a letter less is still a name.
        String body = Shop.bodyOf(Wish.of("BACKPACK-20", 1)).replace("\"DE\"", "\"Germany\"");
        URI orders = shop.url("order-service").resolve("/orders");
        for (int at = 0; at < body.length(); at++) {
            for (String broken : List.of(
                    body.substring(0, at),
                    body.substring(0, at) + body.substring(at + 1),
                    body.substring(0, at) + '\0' + body.substring(at))) {
                HttpResponse<String> answer = shop.post(orders, broken, Map.of());
                assertThat(answer.statusCode()).as(broken).isBetween(400, 499);
                assertThat(answer.body()).as(broken).doesNotContain(Shop.SECRETS);
            }
        }
    }

    @Test
    void no_metric_and_no_health_tells_them() {
        for (ServiceProcess service : platform.instances()) {
            URI actuator = service.url().resolve("/actuator/");
            String names = shop.get(actuator.resolve("metrics")).body();
            List<String> answers = new ArrayList<>(List.of(
                    names,
                    shop.get(actuator.resolve("health")).body(),
                    shop.get(actuator.resolve("info")).body()));
            for (JsonNode name : JSON.readTree(names).path("names")) {
                answers.add(
                        shop.get(actuator.resolve("metrics/" + name.asString())).body());
            }
            assertThat(answers)
                    .as(service.name())
                    .hasSizeGreaterThan(50)
                    .allSatisfy(answer -> assertThat(answer).isNotEmpty().doesNotContain(Shop.SECRETS));
        }
    }

    private List<Column> columns(String service) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (Connection connection = connect(service);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT table_name, column_name, data_type FROM information_schema.columns
                         WHERE table_schema = 'public'
                        """)) {
            while (rows.next()) {
                columns.add(new Column(service, rows.getString(1), rows.getString(2), rows.getString(3)));
            }
        }
        return columns;
    }

    private boolean holdsSecrets(Column column) throws SQLException {
        String text = column.type().equals("bytea")
                ? "encode(\"%s\", 'escape')".formatted(column.name())
                : "\"%s\"::text".formatted(column.name());
        try (Connection connection = connect(column.service());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT EXISTS (SELECT 1 FROM \"%s\" WHERE %s ~ '%s')"
                        .formatted(column.table(), text, SECRETS))) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    private Connection connect(String service) throws SQLException {
        return DriverManager.getConnection(
                platform.postgres().jdbcUrl(Platform.database(service)), PostgresServer.USER, PostgresServer.PASSWORD);
    }

    private static String text(Header header) {
        return new String(header.value(), UTF_8);
    }

    private record Column(String service, String table, String name, String type) {}
}
