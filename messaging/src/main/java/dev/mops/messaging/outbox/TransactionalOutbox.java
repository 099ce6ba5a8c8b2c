package dev.mops.messaging.outbox;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.EventFamily;
import dev.mops.events.EventMetadata;
import dev.mops.events.EventVersion;
import dev.mops.messaging.CurrentEvent;
import dev.mops.messaging.EventFamilies;
import dev.mops.messaging.Outbox;
import dev.mops.messaging.OutboxAge;
import dev.mops.messaging.record.OutboxRecords;
import dev.mops.messaging.trace.EventLog;
import dev.mops.messaging.trace.EventTraces;
import dev.mops.messaging.trace.EventTraces.EventSpan;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.function.SingletonSupplier;

/**
 * Collects what a transaction publishes and inserts it before the commit, after the domain's changes were flushed: the
 * rows that changed are locked before outbox ids are drawn, which makes id order right for each key.
 */
final class TransactionalOutbox implements Outbox, OutboxAge, OutboxRecords, TransactionExecutionListener {

    private static final Logger log = LoggerFactory.getLogger(TransactionalOutbox.class);

    private final Supplier<List<Publication<?>>> publications;
    private final String source;
    private final long maxEventBytes;
    private final InstantSource clock;
    private final DataSource dataSource;
    private final DomainFlush domainFlush;
    private final EventTraces traces;
    private final Runnable afterCommit;

    TransactionalOutbox(
            Supplier<EventFamilies> families,
            Map<String, Integer> writeMajors,
            String source,
            long maxEventBytes,
            InstantSource clock,
            DataSource dataSource,
            DomainFlush domainFlush,
            EventTraces traces,
            Runnable afterCommit) {
        this.publications = SingletonSupplier.of(() -> {
            EventFamilies known = families.get();
            Map<String, EventVersion> writeVersions = known.writeVersions(writeMajors);
            return known.all().stream()
                    .<Publication<?>>map(family -> Publication.of(family, known.publishedOf(family), writeVersions))
                    .toList();
        });
        this.source = source;
        this.maxEventBytes = maxEventBytes;
        this.clock = clock;
        this.dataSource = dataSource;
        this.domainFlush = domainFlush;
        this.traces = traces;
        this.afterCommit = afterCommit;
    }

    @Override
    public EventMetadata publish(Object event) {
        if (CurrentEvent.isIntending()) {
            throw new IllegalStateException(
                    "An intent does not publish, since it may run again: publish where the outcome is recorded");
        }
        Pending pending = pending();
        EventMetadata cause = CurrentEvent.metadata();
        Publication<?> publication = publications.get().stream()
                .filter(candidate -> candidate.family().root().isInstance(event))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        event.getClass().getName() + " belongs to no event family of this service: " + families()));
        publication.refuseUndeclared(event);
        EventTraces.Publication way = traces.publish(publication.typeOf(event), publication.keyOf(event), cause);
        try {
            Envelope<?> envelope = publication.describe(event, source, clock, cause, way.traceparent());
            pending.add(record(publication, envelope), new Event(envelope.metadata(), way.span(), Instant.now()));
            return envelope.metadata();
        } catch (RuntimeException e) {
            way.span().end(Instant.now(), e.getClass().getName());
            throw e;
        }
    }

    private ProducerRecord<byte[], byte[]> record(Publication<?> publication, Envelope<?> envelope) {
        ProducerRecord<byte[], byte[]> record = publication.encode(envelope);
        int size = sizeOf(record);
        if (size > maxEventBytes) {
            throw new IllegalArgumentException(
                    "The event %s %s of %s is larger than mops.messaging.max-event-size: %d > %d bytes"
                            .formatted(
                                    envelope.metadata().type(),
                                    envelope.metadata().id(),
                                    envelope.metadata().key(),
                                    size,
                                    maxEventBytes));
        }
        return record;
    }

    @Override
    public void publish(ProducerRecord<byte[], byte[]> record) {
        pending().add(record);
    }

    @Override
    public Duration age() {
        Connection connection = DataSourceUtils.getConnection(dataSource);
        try {
            return OutboxTable.age(connection);
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("The outbox can't be read", e);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    private Pending pending() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()
                || TransactionSynchronizationManager.isCurrentTransactionReadOnly()) {
            throw new IllegalStateException(
                    "An event is published with a transaction that writes, and none is running");
        }
        if (!TransactionSynchronizationManager.hasResource(dataSource) || isAutoCommit()) {
            throw new IllegalStateException("The running transaction is not one of the outbox's data source");
        }
        return joined().orElseGet(this::join);
    }

    /** What was published after others had been asked before the commit goes out too; from here on it is too late. */
    @Override
    public void beforeCommit(TransactionExecution transaction) {
        if (transaction.isNewTransaction() && TransactionSynchronizationManager.isSynchronizationActive()) {
            joined().orElseGet(this::join).close();
        }
    }

    private Pending join() {
        Pending pending = new Pending();
        TransactionSynchronizationManager.registerSynchronization(pending);
        return pending;
    }

    private Optional<Pending> joined() {
        return TransactionSynchronizationManager.getSynchronizations().stream()
                .filter(Pending.class::isInstance)
                .map(Pending.class::cast)
                .findFirst();
    }

    /** In a transaction of another data source, ours may be bound too: each statement for itself. */
    private boolean isAutoCommit() {
        Connection connection = DataSourceUtils.getConnection(dataSource);
        try {
            return connection.getAutoCommit();
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("The connection of the running transaction is broken", e);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    private List<String> families() {
        return publications.get().stream()
                .map(publication -> publication.family().toString())
                .toList();
    }

    private static int sizeOf(ProducerRecord<byte[], byte[]> record) {
        int size = record.key().length + record.value().length;
        for (Header header : record.headers()) {
            size += header.key().length() + header.value().length;
        }
        return size;
    }

    /** A family with its codec, so that the event's type is known to both, and the types that are declared. */
    private record Publication<E>(EventFamily<E> family, SortedSet<String> declared, EventCodec<E> codec) {

        static <E> Publication<E> of(
                EventFamily<E> family, SortedSet<String> declared, Map<String, EventVersion> writeVersions) {
            return new Publication<>(family, declared, new EventCodec<>(family, writeVersions));
        }

        void refuseUndeclared(Object event) {
            String type = typeOf(event);
            if (!declared.contains(type)) {
                throw new IllegalArgumentException(
                        "%s is not declared to be published by this service, which publishes %s of %s: name %s.class in publishes(...) of its EventHandlers"
                                .formatted(
                                        type,
                                        declared,
                                        family.topic(),
                                        event.getClass().getSimpleName()));
            }
        }

        String typeOf(Object event) {
            return family.definitionOf(family.root().cast(event).getClass()).type();
        }

        String keyOf(Object event) {
            return family.keyOf(family.root().cast(event));
        }

        Envelope<E> describe(
                Object event,
                String source,
                InstantSource clock,
                @Nullable EventMetadata cause,
                @Nullable String traceparent) {
            E typed = family.root().cast(event);
            EventMetadata metadata = codec.describe(
                    typed,
                    source,
                    clock.instant().truncatedTo(ChronoUnit.MICROS),
                    cause == null ? null : cause.correlationId(),
                    cause == null ? null : cause.id().toString(),
                    traceparent);
            return new Envelope<>(metadata, typed);
        }

        ProducerRecord<byte[], byte[]> encode(Envelope<?> envelope) {
            return codec.encode(
                    new Envelope<>(envelope.metadata(), family.root().cast(envelope.event())));
        }
    }

    /** An event that is told of once its transaction is over: what was rolled back was not published. */
    private record Event(EventMetadata metadata, EventSpan span, Instant at) {

        void log() {
            if (log.isDebugEnabled()) {
                EventLog.run(metadata, () -> log.debug("Published {} {}", metadata.type(), metadata.id()));
            }
        }

        /** Ends the span with what became of the transaction. */
        void end(int status) {
            span.end(
                    at,
                    switch (status) {
                        case TransactionSynchronization.STATUS_COMMITTED -> null;
                        case TransactionSynchronization.STATUS_ROLLED_BACK -> "rolled back";
                        // The connection broke in the commit.
                        default -> "unknown";
                    });
        }
    }

    /** What one transaction has published so far. A suspended transaction keeps its own. */
    private final class Pending implements TransactionSynchronization, Ordered {

        private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        private final List<Event> events = new ArrayList<>();
        private final Map<Object, Savepoint> savepoints = new HashMap<>();
        private boolean written;
        private boolean closed;

        void add(ProducerRecord<byte[], byte[]> record) {
            if (closed) {
                throw new IllegalStateException("The transaction commits or has committed: it is too late to publish");
            }
            records.add(record);
        }

        void add(ProducerRecord<byte[], byte[]> record, Event event) {
            add(record);
            events.add(event);
        }

        void close() {
            write();
            closed = true;
        }

        @Override
        public void savepoint(Object savepoint) {
            savepoints.put(savepoint, new Savepoint(records.size(), events.size()));
        }

        /** What was published behind the savepoint goes with it; the first publication may have come later than it. */
        @Override
        public void savepointRollback(Object savepoint) {
            Savepoint kept = savepoints.getOrDefault(savepoint, Savepoint.EMPTY);
            records.subList(kept.records(), records.size()).clear();
            List<Event> undone = events.subList(kept.events(), events.size());
            undone.forEach(event -> event.end(STATUS_ROLLED_BACK));
            undone.clear();
        }

        @Override
        public void beforeCommit(boolean readOnly) {
            write();
        }

        private void write() {
            if (records.isEmpty()) {
                return;
            }
            domainFlush.flush();
            Connection connection = DataSourceUtils.getConnection(dataSource);
            try {
                OutboxTable.insert(connection, records);
            } catch (SQLException e) {
                throw new DataAccessResourceFailureException("The outbox can't be written", e);
            } finally {
                DataSourceUtils.releaseConnection(connection, dataSource);
            }
            records.clear();
            written = true;
        }

        @Override
        public void afterCommit() {
            events.forEach(Event::log);
            if (written) {
                afterCommit.run();
            }
        }

        @Override
        public void afterCompletion(int status) {
            events.forEach(event -> event.end(status));
        }

        /** After every other synchronization, which may still publish before the commit. */
        @Override
        public int getOrder() {
            return Ordered.LOWEST_PRECEDENCE;
        }
    }

    /** How much was published before a savepoint. */
    private record Savepoint(int records, int events) {
        static final Savepoint EMPTY = new Savepoint(0, 0);
    }
}
