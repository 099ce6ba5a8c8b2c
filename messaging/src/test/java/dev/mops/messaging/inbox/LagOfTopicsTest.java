package dev.mops.messaging.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.TopicLog;
import dev.mops.test.TestServers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;

class LagOfTopicsTest {

    @Test
    void a_topic_that_is_missing_leaves_the_others_their_lag() {
        TopicLog topic = TopicLog.of("lag_there").create(2);
        topic.append(topic.event(new Deposited("a", 1)));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        ConsumerLag lag = new ConsumerLag(
                List.of("lag_missing", "lag_there"),
                "lag_of_topics",
                Map.of(
                        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                        TestServers.kafka().bootstrapServers()),
                InstantSource.system(),
                meters);

        await().untilAsserted(() -> {
            lag.poll();
            assertThat(lag.sample()).isEqualTo(new ConsumerLag.Sample(Map.of("lag_there", 1L), null, null));
        });
        assertThat(meters.get("mops.messaging.consumer.lag")
                        .tag("topic", "lag_missing")
                        .gauge()
                        .value())
                .isNaN();
        lag.close();
    }
}
