package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mops.events.EventFamily;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a service publishes is what it declares, and it says so. */
class PublishedEventsTest {

    private static final EventFamily<AccountEvent> ACCOUNTS = AccountEvent.on("published");
    private static final EventFamily<LoanEvent> LOANS = LoanEvent.on("published-loans");

    private static AccountService service;

    @BeforeAll
    static void start() {
        service = Operators.welcome(AccountService.named("published"))
                .withoutFamily()
                .with("mops.messaging.partitions", 2)
                .beans(context -> {
                    context.registerBean(
                            EventHandlers.class,
                            () -> EventHandlers.of(ACCOUNTS)
                                    .on(Withdrawn.class, withdrawn -> {})
                                    .on(
                                            TransferRequested.class,
                                            requested -> Optional.of(1),
                                            request -> request,
                                            (requested, answer) -> {})
                                    .publishes(Withdrawn.class, Deposited.class)
                                    .build());
                    context.registerBean("loans", EventFamily.class, () -> LOANS);
                })
                .start();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void what_the_table_declares_is_published() {
        service.publish(new Deposited("declared", 1), new Withdrawn("declared", 2));
    }

    @Test
    void what_it_does_not_declare_is_refused_with_what_to_do() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.publish(new TransferRequested("undeclared", 1)))
                .withMessage(
                        "account.transfer_requested is not declared to be published by this service, which publishes"
                                + " [account.deposited, account.withdrawn] of published:"
                                + " name TransferRequested.class in publishes(...) of its EventHandlers");
        assertThat(service.count("account WHERE id = 'undeclared'")).isZero();
    }

    @Test
    void the_endpoint_says_what_is_handled_and_published_and_on_which_topics() {
        assertThat(Operators.of(service).get("events").body()).hasToString("""
                        {"consumerGroup":"published","retryConsumerGroup":"published-retry","families":[\
                        {"topic":"published","partitions":2,\
                        "retryTopics":["published-published-retry-1","published-published-retry-2","published-published-retry-3"],\
                        "deadLetterTopic":"published-published-dlt",\
                        "handles":["account.transfer_requested","account.withdrawn"],\
                        "publishes":{"account.deposited":"1.0","account.withdrawn":"1.0"},\
                        "versions":{"account.deposited":["1.0"],"account.transfer_requested":["1.0"],\
                        "account.withdrawn":["1.0"]},"callsOutside":true},\
                        {"topic":"published-loans","partitions":2,"retryTopics":[],"deadLetterTopic":null,"handles":[],\
                        "publishes":{"loan.granted":"1.0","loan.paid_back":"1.0"},\
                        "versions":{"loan.granted":["1.0"],"loan.paid_back":["1.0"]},"callsOutside":false}]}""");
    }
}
