package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.events.EventFamily;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.AccountEvent.TransferSettled;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** A service that publishes, handles and calls, and dies at one step: its process ends at once, without a goodbye. */
public final class CrashingService {

    static final int CRASHED = 42;
    static final int EVENTS = 8;
    private static final String CRASHING_EVENT = "\"number\":5";

    /** Between any two steps of an event's way. */
    enum Step {
        BEFORE_THE_PUBLISHING_COMMIT,
        AFTER_THE_PUBLISHING_COMMIT_BEFORE_THE_RELAY_WAKES,
        BEFORE_THE_RELAY_SENDS,
        AFTER_THE_ACKNOWLEDGEMENT_BEFORE_THE_DELETE,
        AFTER_THE_DELETE,
        BEFORE_THE_CLAIM,
        IN_INTEND_BEFORE_ITS_COMMIT,
        AFTER_THE_INTENT_BEFORE_THE_CALL,
        AFTER_THE_CALL_BEFORE_ITS_RECORD,
        IN_A_HANDLER,
        BEFORE_THE_COMMIT_OF_THE_BATCH,
        AFTER_THE_COMMIT_BEFORE_THE_COMMIT_OF_OFFSETS,
        AFTER_THE_COMMIT_OF_OFFSETS,
        NEVER
    }

    private static Step step = Step.NEVER;

    private CrashingService() {}

    /** Starts with the addresses of PostgreSQL and Kafka, a name and the step at which to die. */
    public static void main(String[] args) {
        ChildProcess.endWithParent();
        step = Step.valueOf(args[3]);
        AccountService service = start(args[0], args[1], args[2]);
        for (int n = 1; n <= EVENTS; n++) {
            publish(service, n);
        }
        while (step == Step.AFTER_THE_DELETE) {
            if (service.count("outbox_event") == 0) {
                crash();
            }
        }
    }

    /** The same service, in the process that calls. */
    static AccountService start(String jdbcUrl, String bootstrapServers, String name) {
        return AccountService.named(name)
                .with("spring.kafka.consumer.properties.session.timeout.ms", 1000)
                .with("spring.kafka.consumer.properties.heartbeat.interval.ms", 200)
                .with("spring.kafka.producer.properties.interceptor.classes", CrashingProducer.class.getName())
                .with("spring.kafka.consumer.properties.interceptor.classes", CrashingConsumer.class.getName())
                .with("mops.messaging.concurrency", 1)
                .handling(CrashingService::handlers)
                .start(jdbcUrl, bootstrapServers);
    }

    /** Publishes the event with this number, unless that was done before. */
    static void publish(AccountService service, int number) {
        String account = "a-" + number % 2;
        service.inTransaction(() -> {
            if (service.count("published WHERE number = " + number) > 0) {
                return;
            }
            service.touch(account);
            service.jdbc().update("INSERT INTO published (account, number) VALUES (?, ?)", account, number);
            crashAfterCommit(number, Step.AFTER_THE_PUBLISHING_COMMIT_BEFORE_THE_RELAY_WAKES);
            service.outbox()
                    .publish(number == 5 ? new TransferRequested(account, number) : new Deposited(account, number));
            crashBeforeCommit(number, Step.BEFORE_THE_PUBLISHING_COMMIT);
        });
    }

    private static EventHandlers<AccountEvent> handlers(AccountService service, EventFamily<AccountEvent> family) {
        return EventHandlers.of(family)
                .on(Deposited.class, service::note)
                .on(TransferSettled.class, service::note)
                .on(
                        TransferRequested.class,
                        requested -> {
                            service.jdbc()
                                    .update("UPDATE account SET state = 'CALLING' WHERE id = ?", requested.account());
                            crashAt(Step.IN_INTEND_BEFORE_ITS_COMMIT);
                            return Optional.of("transfer:" + requested.number());
                        },
                        key -> {
                            crashAt(Step.AFTER_THE_INTENT_BEFORE_THE_CALL);
                            service.jdbc().update("INSERT INTO bank_book (key) VALUES (?)", key);
                            crashAt(Step.AFTER_THE_CALL_BEFORE_ITS_RECORD);
                            return "yes";
                        },
                        (requested, answer) -> {
                            service.jdbc()
                                    .update("UPDATE account SET state = 'OPEN' WHERE id = ?", requested.account());
                            service.jdbc()
                                    .update(
                                            "INSERT INTO effect (type, account, number, event_id) VALUES ('TransferRequested', ?, ?, gen_random_uuid())",
                                            requested.account(),
                                            requested.number());
                            service.outbox().publish(new TransferSettled(requested.account(), 100));
                            crashAt(Step.IN_A_HANDLER);
                            crashBeforeCommit(5, Step.BEFORE_THE_COMMIT_OF_THE_BATCH);
                            crashAfterCommit(5, Step.AFTER_THE_COMMIT_BEFORE_THE_COMMIT_OF_OFFSETS);
                        })
                .build();
    }

    private static void crashAt(Step reached) {
        if (step == reached) {
            crash();
        }
    }

    private static void crashBeforeCommit(int number, Step reached) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void beforeCommit(boolean readOnly) {
                if (number == 5) {
                    crashAt(reached);
                }
            }
        });
    }

    private static void crashAfterCommit(int number, Step reached) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                if (number == 5) {
                    crashAt(reached);
                }
            }
        });
    }

    private static void crash() {
        Runtime.getRuntime().halt(CRASHED);
    }

    /** Dies around the sending of a record. */
    public static final class CrashingProducer implements ProducerInterceptor<byte[], byte[]> {

        private final AtomicInteger acknowledged = new AtomicInteger();

        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
            if (new String(record.value(), UTF_8).contains(CRASHING_EVENT)) {
                crashAt(Step.BEFORE_THE_RELAY_SENDS);
            }
            return record;
        }

        @Override
        public void onAcknowledgement(RecordMetadata metadata, Exception exception) {
            if (acknowledged.incrementAndGet() == 5) {
                crashAt(Step.AFTER_THE_ACKNOWLEDGEMENT_BEFORE_THE_DELETE);
            }
        }

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {}
    }

    /** Dies around the consumption of a record. */
    public static final class CrashingConsumer implements ConsumerInterceptor<byte[], byte[]> {

        private boolean consumed;

        @Override
        public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
            records.forEach(record -> {
                if (new String(record.value(), UTF_8).contains(CRASHING_EVENT)) {
                    consumed = true;
                    crashAt(Step.BEFORE_THE_CLAIM);
                }
            });
            return records;
        }

        @Override
        public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
            if (consumed) {
                crashAt(Step.AFTER_THE_COMMIT_OF_OFFSETS);
            }
        }

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {}
    }
}
