package dev.mops.system.chaos;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run left behind: what customers were promised, the log, what each service stores, and the books of the
 * outside world.
 *
 * @param accepted the orders that customers hold a promise of
 * @param log the topic {@code orders}, each partition in its order
 * @param groups what each consumer group did with it, by the service's name
 * @param orders the order service's table
 * @param reservations the inventory service's
 * @param stock the inventory service's
 * @param received the pieces that ever were in the warehouse, by product
 * @param payments the billing service's table
 * @param charges the payment gateway's books
 * @param shipments the shipping service's table: the status
 * @param liveLabels the orders with a label of which the carrier would fetch a parcel
 * @param windows times in which some orders failed, and nothing was broken that others need
 */
record History(
        Map<UUID, Wish> accepted,
        List<LogRecord> log,
        Map<String, Group> groups,
        Map<UUID, Order> orders,
        Map<UUID, Reservation> reservations,
        Map<String, Stock> stock,
        Map<String, Long> received,
        Map<UUID, Payment> payments,
        Map<UUID, Charge> charges,
        Map<UUID, String> shipments,
        Set<UUID> liveLabels,
        List<Window> windows) {

    /**
     * What a customer wants.
     *
     * @param cancelled whether the customer was promised that the log decides on a cancellation
     */
    record Wish(Map<String, Integer> lines, String paymentToken, String postalCode, boolean cancelled) {}

    /** Where a record stands in the topic. */
    record Place(int partition, long offset) {}

    /** What identifies an event: both together. */
    record EventId(String source, UUID id) {}

    /**
     * A record of the topic.
     *
     * @param key as text; null where there is none
     * @param type as its header says
     * @param id null where its headers name none
     * @param total of {@code order.created}, in minor units
     * @param isPoison whether the run wrote it so that nobody can read it
     */
    record LogRecord(
            Place place,
            Instant at,
            @Nullable String key,
            @Nullable String type,
            @Nullable EventId id,
            @Nullable Long total,
            boolean isPoison) {}

    /**
     * A consumer group.
     *
     * @param inbox the events that it claimed, as often as it did
     * @param held the events that failed or wait behind one that did
     * @param acts what operators did
     * @param deadLetters the records of its dead letter topic
     * @param outbox the events that it published and that are not known to be in the log
     */
    record Group(List<EventId> inbox, List<Held> held, List<Act> acts, List<DeadLetter> deadLetters, long outbox) {

        /** The events that an operator discarded. */
        Set<EventId> discarded() {
            Set<EventId> discarded = new HashSet<>();
            acts.stream().filter(act -> act.action().equals("discard")).forEach(act -> discarded.add(act.event()));
            return discarded;
        }
    }

    /** An event that is held. */
    record Held(EventId event, Place place, @Nullable String key) {}

    /** What an operator did with a dead letter. */
    record Act(
            EventId event,
            String action,
            @Nullable String type,
            @Nullable String key) {}

    /**
     * A record of a dead letter topic.
     *
     * @param place where the record is from that could not be handled
     * @param error the message of the error
     */
    record DeadLetter(Place place, @Nullable String error) {}

    /** An order; its timeline are ids of events. */
    record Order(String status, List<UUID> timeline) {}

    /** What is reserved for an order, by product. */
    record Reservation(String status, Map<String, Integer> lines) {}

    /** Pieces of a product. */
    record Stock(long onHand, long reserved) {}

    /** A payment. */
    record Payment(String status, @Nullable Long amount) {}

    /** A charge: UNANSWERED, APPROVED, DECLINED, VOIDED or REFUNDED, and the money that was taken. */
    record Charge(String state, @Nullable Long amount) {}

    /** A time, both ends included. */
    record Window(Instant from, Instant until) {

        boolean contains(Instant instant) {
            return !instant.isBefore(from) && !instant.isAfter(until);
        }
    }

    /** Whether some order was on its way at this time, and no dead letter kept it there. */
    boolean isAnyOrderInFlight(Instant time) {
        Set<String> dead = new HashSet<>();
        groups.values().forEach(group -> group.acts().forEach(act -> dead.add(String.valueOf(act.key()))));
        Set<String> begun = new HashSet<>();
        Set<String> ended = new HashSet<>();
        Set<String> endedLater = new HashSet<>();
        for (LogRecord record : log) {
            if (record.isPoison() || record.key() == null || record.type() == null || dead.contains(record.key())) {
                continue;
            }
            boolean isLater = record.at().isAfter(time);
            if (record.type().equals("order.created") && !isLater) {
                begun.add(record.key());
            } else if (Checker.isFinal(record.type())) {
                (isLater ? endedLater : ended).add(record.key());
            }
        }
        begun.removeAll(ended);
        begun.retainAll(endedLater);
        return !begun.isEmpty();
    }
}
