package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class MessagingPropertiesTest {

    @ParameterizedTest
    @CsvSource({
        "partitions, 0",
        "replication-factor, 0",
        "concurrency, 0",
        "batch-size, 0",
        "max-linger, -1ms",
        "max-linger, 10001ms",
        "call-concurrency, 0",
        "call-timeout, 0s",
        "max-event-size, 0B",
        "max-event-size, 1001KB",
        "poll-interval, 0s",
        "relay-batch-size, 0",
        "relay-batch-bytes, 0B",
        "relay-batch-bytes, 2GB",
        "relay-timeout, 0s",
        "relay-timeout, 241h",
        "transaction-timeout, 0s",
        "transaction-timeout, 241h",
        "retry-backoff, 0s",
        "max-retry-backoff, 0s",
        "retry-delays, ''",
        "retry-delays, 0s",
        "retry-delays, '1s,10s,-1s'",
        "try-later-age, 0s",
        "sweep-interval, 0s",
        "sweep-interval, 999us",
        "sweep-grace, 0s",
        "inbox-retention, -30d",
        "audit-retention, 0s",
        "topic-retention, -1ms",
        "max-replays, -1",
        "replay-from, yesterday",
        "replay-from, 2026-11-22",
        "replay-from, 2999-01-01T00:00:00Z",
        "replay-from, 1969-12-31T23:59:59Z",
        "replay-from, -999999999-01-01T00:00:00Z"
    })
    void a_value_that_can_not_be_is_refused_with_its_setting_and_its_rule(String setting, String value) {
        assertThatThrownBy(() -> bind(setting, value))
                .rootCause()
                .hasMessageStartingWith("mops.messaging." + setting + " must be");
    }

    @ParameterizedTest
    @CsvSource({
        "max-linger, 0",
        "max-linger, 10s",
        "replication-factor, -1",
        "max-event-size, 1B",
        "max-event-size, 1000KB",
        "relay-batch-bytes, 1B",
        "transaction-timeout, 10d",
        "retry-delays, 1ms",
        "sweep-interval, 1ms",
        "max-replays, 0",
        "replay-from, 1970-01-01T00:00:00Z"
    })
    void a_value_at_the_edge_is_taken(String setting, String value) {
        assertThatNoException().isThrownBy(() -> bind(setting, value));
    }

    private static void bind(String setting, String value) {
        new Binder(new MapConfigurationPropertySource(Map.of("mops.messaging." + setting, value)))
                .bindOrCreate("mops.messaging", MessagingProperties.class);
    }
}
