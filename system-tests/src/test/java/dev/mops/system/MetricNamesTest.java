package dev.mops.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Mops;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What alerts and dashboard ask for, the services have: a name that nobody has is an alert that never fires. */
@SystemTest
class MetricNamesTest {

    private static final Pattern NAME = Pattern.compile("(?m)^[a-zA-Z_:][\\w:]*");
    // What Prometheus makes itself.
    private static final Set<String> ITS_OWN = Set.of("up");

    private final Shop shop;
    private final Set<String> seen = new TreeSet<>();

    MetricNamesTest(Shop shop) {
        this.shop = shop;
    }

    @AfterEach
    void clear() {
        mops("fail", "--clear");
    }

    @Test
    void every_metric_of_the_alerts_and_of_the_dashboard_is_one_of_a_running_service() {
        Set<String> asked = new TreeSet<>(ObservabilityFiles.metrics());
        asked.removeAll(ITS_OWN);

        // Once dead at once, and once tried again: some metrics are there only when something has failed.
        mops("fail", "billing-service", "--type", "order.inventory_reserved", "--how", "poison");
        mops("fail", "shipping-service", "--type", "order.paid");
        UUID order = shop.placeOrder(Wish.of("BACKPACK-20", 1));
        Shop.eventually().until(() -> look().contains("mops_messaging_deadletters"));
        mops(
                "dead-letters",
                "replay",
                "--all",
                "--service",
                "billing",
                "--key",
                order.toString(),
                "--reason",
                "its metrics are seen");
        shop.awaitStatus(order, "SHIPPED");

        assertThat(asked).hasSizeGreaterThan(30);
        Shop.eventually().untilAsserted(() -> assertThat(look()).containsAll(asked));
    }

    /** All names that any service had, now or before. */
    private Set<String> look() {
        for (String service : shop.platform().services()) {
            HttpResponse<String> metrics = shop.get(shop.url(service).resolve("/actuator/prometheus"));
            assertThat(metrics.statusCode()).as(service).isEqualTo(200);
            NAME.matcher(metrics.body()).results().forEach(name -> seen.add(name.group()));
        }
        return seen;
    }

    private void mops(String... arguments) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, UTF_8);
        int status = Mops.execute(PlatformExtension.root(), shop.platform(), out, out, arguments);
        assertThat(status).as(said.toString(UTF_8)).isZero();
    }
}
