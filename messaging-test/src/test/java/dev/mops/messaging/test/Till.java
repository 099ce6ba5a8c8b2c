package dev.mops.messaging.test;

import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.Outbox;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** A service that writes a bill and has it paid: well, or broken in one way. */
final class Till {

    /** How it is broken: also in a context that is started anew. */
    static volatile Fault fault = Fault.NONE;

    /** What the clock has said, to this till and to the one that is there after a restart. */
    static final List<Instant> TIMES = new CopyOnWriteArrayList<>();

    private final JdbcTemplate jdbc;
    private final Outbox outbox;
    private final InstantSource clock;
    private final TransactionTemplate ownTransaction;

    /** What no handler should have. */
    private final Map<UUID, Money> remembered = new ConcurrentHashMap<>();

    private List<OrderEvent> batch = List.of();

    private @Nullable Instant closing;

    private Till(JdbcTemplate jdbc, Outbox outbox, InstantSource clock, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.clock = clock;
        this.ownTransaction = new TransactionTemplate(transactions);
        TIMES.add(clock.instant());
        this.ownTransaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    }

    enum Fault {
        NONE,
        ALWAYS_FAILS,
        LOSES_THE_DATABASE,
        TIME_DECIDES,
        CHANCE_DECIDES,
        READS_PAST_ITS_TRANSACTION,
        CLEARS_THE_INBOX,
        CALL_WITHOUT_KEY,
        OWN_TRANSACTION,
        OWN_TRANSACTION_IN_A_BATCH,
        CACHE_OF_A_BATCH,
        STATE_IN_MEMORY,
        STALE_CACHE
    }

    void forget() {
        remembered.clear();
        closing = null;
    }

    void bill(OrderCreated order) {
        if (fault == Fault.STALE_CACHE && remembered.containsKey(order.orderId())) {
            return;
        }
        remembered.put(order.orderId(), order.total());
        jdbc.update(
                "INSERT INTO bill (order_id, amount, paid) VALUES (?, ?, false) ON CONFLICT DO NOTHING",
                order.orderId(),
                order.total().value());
    }

    void pay(InventoryReserved event) {
        TIMES.add(clock.instant());
        if (fault == Fault.ALWAYS_FAILS) {
            throw new IllegalStateException("The till is locked");
        }
        UUID order = event.orderId();
        Money amount =
                switch (fault) {
                    case STATE_IN_MEMORY -> remembered.get(order);
                    case CACHE_OF_A_BATCH -> batch.size() == 1 ? amount(order) : totalInBatch(order);
                    case READS_PAST_ITS_TRANSACTION ->
                        Boolean.TRUE.equals(ownTransaction.execute(status -> isBilled(order))) ? amount(order) : null;
                    default -> amount(order);
                };
        if (amount == null) {
            return;
        }
        if (fault == Fault.TIME_DECIDES && clock.instant().isAfter(closing())) {
            return;
        }
        if (fault == Fault.CHANCE_DECIDES && ThreadLocalRandom.current().nextBoolean()) {
            return;
        }
        if (fault == Fault.OWN_TRANSACTION || (fault == Fault.OWN_TRANSACTION_IN_A_BATCH && batch.size() > 1)) {
            ownTransaction.executeWithoutResult(status -> print(order));
        } else {
            print(order);
        }
        jdbc.update("UPDATE bill SET paid = true WHERE order_id = ?", order);
        outbox.publish(new OrderPaid(order, order, amount));
        if (fault == Fault.CLEARS_THE_INBOX) {
            jdbc.update("DELETE FROM inbox_event");
        }
    }

    /** A day after the first one was paid. */
    private Instant closing() {
        if (closing == null) {
            closing = clock.instant().plus(Duration.ofDays(1));
        }
        return closing;
    }

    private @Nullable Money totalInBatch(UUID order) {
        return batch.stream()
                .filter(OrderCreated.class::isInstance)
                .map(OrderCreated.class::cast)
                .filter(created -> created.orderId().equals(order))
                .map(OrderCreated::total)
                .findFirst()
                .orElse(null);
    }

    private boolean isBilled(UUID order) {
        return Boolean.TRUE.equals(
                jdbc.queryForObject("SELECT EXISTS (SELECT FROM bill WHERE order_id = ?)", Boolean.class, order));
    }

    void prepare(List<OrderEvent> events) {
        batch = events;
        if (fault == Fault.LOSES_THE_DATABASE
                && events.getFirst() instanceof OrderCreated order
                && remembered.containsKey(order.orderId())) {
            throw new CannotCreateTransactionException(
                    "The till has lost its database", new SQLTransientConnectionException());
        }
    }

    private void print(UUID order) {
        jdbc.update("INSERT INTO receipt (order_id) VALUES (?)", order);
    }

    private Money amount(UUID order) {
        return jdbc
                .query(
                        "SELECT amount FROM bill WHERE order_id = ?",
                        (row, n) -> new Money(row.getLong(1), "EUR"),
                        order)
                .stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no bill"));
    }

    Optional<UUID> intend(ShipmentFailed event) {
        return Optional.of(event.orderId());
    }

    Boolean payOut(UUID order) {
        String once = fault == Fault.CALL_WITHOUT_KEY
                ? ""
                : " WHERE NOT EXISTS (SELECT FROM payout WHERE order_id = '" + order + "')";
        jdbc.update("INSERT INTO payout (order_id) SELECT '" + order + "'::uuid" + once);
        return true;
    }

    void record(ShipmentFailed event, Boolean done) {
        jdbc.update("UPDATE bill SET paid = NOT ? WHERE order_id = ?", done, event.orderId());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Service {

        @Bean
        Till till(JdbcTemplate jdbc, Outbox outbox, InstantSource clock, PlatformTransactionManager transactions) {
            return new Till(jdbc, outbox, clock, transactions);
        }

        @Bean
        EventHandlers<OrderEvent> handlers(Till till) {
            return EventHandlers.of(OrderEvents.FAMILY)
                    .prepare(till::prepare)
                    .on(OrderCreated.class, till::bill)
                    .on(InventoryReserved.class, till::pay)
                    .on(ShipmentFailed.class, till::intend, till::payOut, till::record)
                    .publishes(OrderPaid.class)
                    .build();
        }
    }
}
