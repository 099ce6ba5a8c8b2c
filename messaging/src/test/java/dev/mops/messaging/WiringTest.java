package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.EventMetadata;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

class WiringTest {

    @Test
    void a_service_that_publishes_while_it_handles_is_wired_by_its_constructor() {
        try (AccountService service = AccountService.named("wiring")
                .application(WiredApplication.class)
                .withoutFamily()
                .start()) {
            service.bean(Accounts.class).deposit("a-1");

            await().untilAsserted(() -> assertThat(service.effects())
                    .extracting(AccountService.Effect::type)
                    .containsExactly("Withdrawn"));
        }
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class WiredApplication {

        @Bean
        Accounts accounts(JdbcTemplate jdbc, TransactionTemplate transaction, Outbox outbox) {
            return new Accounts(jdbc, transaction, outbox);
        }

        @Bean
        EventHandlers<AccountEvent> accountEventHandlers(Accounts accounts) {
            return EventHandlers.of(AccountEvent.on("wiring"))
                    .on(Deposited.class, accounts::answer)
                    .on(Withdrawn.class, accounts::note)
                    .publishes(Deposited.class, Withdrawn.class)
                    .build();
        }
    }

    record Accounts(JdbcTemplate jdbc, TransactionTemplate transaction, Outbox outbox) {

        void deposit(String account) {
            transaction.executeWithoutResult(status -> {
                jdbc.update("INSERT INTO account (id) VALUES (?)", account);
                outbox.publish(new Deposited(account, 1));
            });
        }

        void answer(Deposited event) {
            jdbc.update("UPDATE account SET balance = balance + 1 WHERE id = ?", event.account());
            outbox.publish(new Withdrawn(event.account(), event.number()));
        }

        void note(Withdrawn event, EventMetadata metadata) {
            jdbc.update(
                    "INSERT INTO effect (type, account, number, event_id) VALUES ('Withdrawn', ?, ?, ?)",
                    event.account(),
                    event.number(),
                    metadata.id());
        }
    }
}
