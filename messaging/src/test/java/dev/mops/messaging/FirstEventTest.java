package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import org.junit.jupiter.api.Test;

class FirstEventTest {

    @Test
    void a_published_event_takes_effect_in_the_service_that_handles_it() {
        try (AccountService service =
                AccountService.named("first_event").noting().start()) {
            service.publish(new Deposited("a-1", 1));

            await().untilAsserted(() -> assertThat(service.numbersOf("a-1")).containsExactly(1L));
            await().untilAsserted(
                            () -> assertThat(service.count("outbox_event")).isZero());
            assertThat(service.count("inbox_event")).isEqualTo(1);
        }
    }
}
