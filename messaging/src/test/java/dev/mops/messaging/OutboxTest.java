package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.mops.events.Envelope;
import dev.mops.events.EventMetadata;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.AccountEvent.TransferSettled;
import dev.mops.messaging.AccountEvent.Withdrawn;
import dev.mops.test.TestPostgres;
import dev.mops.test.TestServers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

class OutboxTest {

    private static final TopicLog TOPIC = TopicLog.of("outbox");
    private static final AtomicReference<@Nullable EventMetadata> SEEN_BY_CALL = new AtomicReference<>();
    private static AccountService service;

    @BeforeAll
    static void start() {
        service = AccountService.named("outbox")
                .with("mops.messaging.max-event-size", "2KB")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, deposited -> {
                            accounts.touch(deposited.account());
                            accounts.outbox().publish(new Withdrawn(deposited.account(), deposited.number()));
                        })
                        .on(
                                TransferRequested.class,
                                requested -> Optional.of(requested.account()),
                                account -> {
                                    SEEN_BY_CALL.set(CurrentEvent.metadata());
                                    return account;
                                },
                                (requested, outcome) -> accounts.outbox()
                                        .publish(new TransferSettled(requested.account(), requested.number())))
                        .build())
                .start();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void a_vacuum_of_the_table_is_not_slowed_and_does_not_come_for_inserts() {
        assertThat(service.jdbc()
                        .queryForList(
                                "SELECT unnest(reloptions) FROM pg_class WHERE oid = 'outbox_event'::regclass",
                                String.class))
                .containsExactlyInAnyOrder("autovacuum_vacuum_insert_threshold=-1", "autovacuum_vacuum_cost_delay=0");
    }

    @Test
    void an_event_is_not_published_without_a_transaction() {
        assertThatIllegalStateException()
                .isThrownBy(() -> service.outbox().publish(new Withdrawn("none", 1)))
                .withMessageContaining("none is running");
    }

    @Test
    void an_event_is_not_published_with_a_transaction_that_only_reads() {
        TransactionTemplate readOnly = transaction(TransactionDefinition.PROPAGATION_REQUIRED);
        readOnly.setReadOnly(true);

        assertThatIllegalStateException()
                .isThrownBy(() -> readOnly.executeWithoutResult(
                        status -> service.outbox().publish(new Withdrawn("read-only", 1))))
                .withMessageContaining("a transaction that writes");
    }

    @Test
    void an_event_is_not_published_with_a_transaction_of_another_data_source() {
        TransactionTemplate elsewhere = new TransactionTemplate(new JdbcTransactionManager(new DriverManagerDataSource(
                TestServers.postgres().jdbcUrl("outbox"), TestPostgres.USER, TestPostgres.PASSWORD)));

        assertThatIllegalStateException()
                .isThrownBy(() -> elsewhere.executeWithoutResult(
                        status -> service.outbox().publish(new Withdrawn("elsewhere", 1))))
                .withMessageContaining("not one of the outbox's data source");
        // The service's own statements bind a connection to the foreign transaction, but do not run in it.
        assertThatIllegalStateException()
                .isThrownBy(() -> elsewhere.executeWithoutResult(status -> {
                    service.touch("elsewhere");
                    service.outbox().publish(new Withdrawn("elsewhere", 1));
                }))
                .withMessageContaining("not one of the outbox's data source");
    }

    @Test
    void an_event_of_an_unknown_family_is_refused_where_it_is_published() {
        service.inTransaction(() -> {
            service.touch("unknown-family");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> service.outbox().publish("no event"))
                    .withMessageContaining("java.lang.String belongs to no event family of this service")
                    .withMessageContaining("AccountEvent on outbox");
        });
        assertThat(service.count("account WHERE id = 'unknown-family'")).isEqualTo(1);
    }

    @Test
    void an_oversize_event_is_refused_where_it_is_published_and_others_go_out() {
        service.inTransaction(() -> {
            service.touch("oversize");
            service.outbox().publish(new Withdrawn("oversize", 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> service.outbox().publish(new Withdrawn("x".repeat(1024), 1)))
                    .withMessageContaining("mops.messaging.max-event-size")
                    .withMessageContaining("> 2048 bytes");
        });
        awaitEvents("oversize", Withdrawn.class, 1L);
    }

    @Test
    void a_rolled_back_transaction_publishes_nothing() {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> service.inTransaction(() -> {
                    service.touch("rolled-back");
                    service.outbox().publish(new Withdrawn("rolled-back", 1));
                    throw new UnsupportedOperationException();
                }));
        service.publish(new Withdrawn("rolled-back", 2));

        awaitEvents("rolled-back", Withdrawn.class, 2L);
    }

    @Test
    void a_new_transaction_inside_another_publishes_for_itself() {
        TransactionTemplate inner = transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        service.transaction().executeWithoutResult(outer -> {
            service.outbox().publish(new Withdrawn("outer-rolled-back", 1));
            inner.executeWithoutResult(status -> service.outbox().publish(new Withdrawn("outer-rolled-back", 2)));
            service.outbox().publish(new Withdrawn("outer-rolled-back", 3));
            outer.setRollbackOnly();
        });
        service.transaction().executeWithoutResult(outer -> {
            service.outbox().publish(new Withdrawn("inner-rolled-back", 1));
            inner.executeWithoutResult(status -> {
                service.outbox().publish(new Withdrawn("inner-rolled-back", 2));
                status.setRollbackOnly();
            });
            service.outbox().publish(new Withdrawn("inner-rolled-back", 3));
        });

        awaitEvents("inner-rolled-back", Withdrawn.class, 1L, 3L);
        awaitEvents("outer-rolled-back", Withdrawn.class, 2L);
    }

    @Test
    void a_nested_transaction_that_is_rolled_back_publishes_nothing() {
        TransactionTemplate nested = transaction(TransactionDefinition.PROPAGATION_NESTED);
        service.inTransaction(() -> {
            nested.executeWithoutResult(status -> {
                service.outbox().publish(new Withdrawn("nested", 1));
                status.setRollbackOnly();
            });
            service.outbox().publish(new Withdrawn("nested", 2));
            nested.executeWithoutResult(status -> service.outbox().publish(new Withdrawn("nested", 3)));
            nested.executeWithoutResult(status -> {
                service.outbox().publish(new Withdrawn("nested", 4));
                status.setRollbackOnly();
            });
            service.outbox().publish(new Withdrawn("nested", 5));
        });

        awaitEvents("nested", Withdrawn.class, 2L, 3L, 5L);
    }

    @Test
    void what_is_published_for_the_first_time_before_the_commit_goes_out_too() {
        service.inTransaction(() -> TransactionSynchronizationManager.registerSynchronization(
                beforeCommit(() -> service.outbox().publish(new Withdrawn("before-commit", 1)))));

        awaitEvents("before-commit", Withdrawn.class, 1L);
    }

    @Test
    void what_is_published_behind_the_outbox_before_the_commit_goes_out_too() {
        service.inTransaction(() -> {
            service.outbox().publish(new Withdrawn("behind", 1));
            TransactionSynchronizationManager.registerSynchronization(
                    beforeCommit(() -> service.outbox().publish(new Withdrawn("behind", 2))));
        });

        awaitEvents("behind", Withdrawn.class, 1L, 2L);
    }

    @Test
    void after_the_commit_it_is_too_late_to_publish_with_the_transaction() {
        assertThatIllegalStateException()
                .isThrownBy(() -> service.inTransaction(() ->
                        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                            @Override
                            public void afterCommit() {
                                service.outbox().publish(new Withdrawn("too-late", 1));
                            }
                        })))
                .withMessageContaining("too late to publish");
    }

    @Test
    void what_a_handler_publishes_continues_correlation_and_trace_and_names_its_cause() {
        String traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        TOPIC.append(TOPIC.event(new Deposited("caused", 1), traceparent));

        EventMetadata caused = awaitEvents("caused", Withdrawn.class, 1L).getFirst();
        EventMetadata cause = events("caused", Deposited.class).getFirst().metadata();
        assertThat(caused.correlationId()).isEqualTo(cause.id().toString());
        assertThat(caused.causationId()).isEqualTo(cause.id().toString());
        assertThat(caused.traceparent()).isEqualTo(traceparent);
        assertThat(caused.source()).isEqualTo("/outbox");
    }

    @Test
    void what_is_no_trace_context_is_not_passed_on() {
        TOPIC.append(TOPIC.event(new Deposited("misled", 1), "name=Quillfeder"));

        assertThat(awaitEvents("misled", Withdrawn.class, 1L).getFirst().traceparent())
                .isNull();
    }

    @Test
    void a_call_of_the_outside_and_what_records_it_belong_to_the_event_too() {
        EventMetadata requested =
                service.publish(new TransferRequested("called", 1)).getFirst();

        EventMetadata settled = awaitEvents("called", TransferSettled.class, 1L).getFirst();
        assertThat(SEEN_BY_CALL.get()).isEqualTo(requested);
        assertThat(settled.correlationId()).isEqualTo(requested.correlationId());
        assertThat(settled.causationId()).isEqualTo(requested.id().toString());
    }

    @Test
    void what_no_handler_publishes_begins_a_correlation_of_its_own() {
        EventMetadata published = service.publish(new Withdrawn("begins", 1)).getFirst();

        assertThat(published.correlationId()).isEqualTo(published.id().toString());
        assertThat(published.causationId()).isNull();
        assertThat(awaitEvents("begins", Withdrawn.class, 1L)).containsExactly(published);
    }

    private static TransactionSynchronization beforeCommit(Runnable work) {
        return new TransactionSynchronization() {
            @Override
            public void beforeCommit(boolean readOnly) {
                work.run();
            }
        };
    }

    private static TransactionTemplate transaction(int propagation) {
        TransactionTemplate template = new TransactionTemplate(service.bean(PlatformTransactionManager.class));
        template.setPropagationBehavior(propagation);
        return template;
    }

    private static List<EventMetadata> awaitEvents(String account, Class<?> type, Long... numbers) {
        await().untilAsserted(() -> assertThat(service.count("outbox_event")).isZero());
        List<EventMetadata> metadata = new ArrayList<>();
        await().untilAsserted(() -> assertThat(events(account, type))
                .extracting(Envelope::event)
                .extracting(AccountEvent::number)
                .containsExactly(numbers));
        events(account, type).forEach(envelope -> metadata.add(envelope.metadata()));
        return metadata;
    }

    private static List<Envelope<AccountEvent>> events(String account, Class<?> type) {
        return TOPIC.events().stream()
                .filter(envelope -> envelope.event().account().equals(account))
                .filter(envelope -> type.isInstance(envelope.event()))
                .toList();
    }
}
