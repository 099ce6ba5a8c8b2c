package dev.mops.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class OrderPropertiesTest {

    @Test
    void fifty_thousand_orders_are_carried_events_may_wait_for_half_a_minute_and_orders_stand_still_for_fifteen() {
        assertThat(bound(Map.of()))
                .isEqualTo(new OrderProperties(
                        50_000, Duration.ofSeconds(30), Duration.ofSeconds(2), Duration.ofMinutes(15)));
    }

    @ParameterizedTest
    @CsvSource({"max-in-flight, 0", "max-outbox-age, 0s", "retry-after, 999ms", "stuck-after, 0s"})
    void a_limit_that_can_not_be_one_is_refused(String setting, String value) {
        assertThatThrownBy(() -> bound(Map.of("mops.orders." + setting, value)))
                .rootCause()
                .hasMessageContaining("mops.orders." + setting + " must be");
    }

    private static OrderProperties bound(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("mops.orders", OrderProperties.class);
    }
}
