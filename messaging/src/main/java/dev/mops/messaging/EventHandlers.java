package dev.mops.messaging;

import dev.mops.events.EventDefinition;
import dev.mops.events.EventFamily;
import dev.mops.events.EventMetadata;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A service's door for events: which events of a family it handles, and how, and which it publishes. Declared as one bean
 * for each family.
 *
 * <p>Handlers run in the transaction of their batch, one by one, in log order, and exactly once for each event. They load,
 * decide, save and publish; they keep nothing in memory.
 *
 * @param <E> the root of the family
 */
public final class EventHandlers<E> {

    private final EventFamily<E> family;
    private final Consumer<List<E>> prepare;
    private final Map<Class<?>, Step<E>> steps;
    private final Map<Class<?>, BiConsumer<E, EventMetadata>> discarded;
    private final SortedSet<String> publishes;
    private final Function<HeldUp, Optional<? extends E>> heldUp;
    private final Function<HeldUp, Optional<? extends E>> resumed;

    private EventHandlers(Builder<E> builder) {
        this.family = builder.family;
        this.prepare = builder.prepare == null ? events -> {} : builder.prepare;
        this.steps = Map.copyOf(builder.steps);
        this.discarded = Map.copyOf(builder.discarded);
        this.publishes = Collections.unmodifiableSortedSet(new TreeSet<>(builder.publishes));
        this.heldUp = builder.heldUp;
        this.resumed = builder.resumed;
    }

    /** Begins the table of a family. */
    public static <E> Builder<E> of(EventFamily<E> family) {
        return new Builder<>(family);
    }

    /** The family whose events are handled. */
    public EventFamily<E> family() {
        return family;
    }

    /** The names of the event types that are handled. */
    public Set<String> types() {
        return steps.keySet().stream()
                .map(payload -> family.definitionOf(payload).type())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The names of the event types that are published, in their order. */
    public SortedSet<String> publishes() {
        return publishes;
    }

    /** Whether events of this type are handled here. */
    public boolean handles(String type) {
        return family.definitionOf(type)
                .map(EventDefinition::payload)
                .filter(steps::containsKey)
                .isPresent();
    }

    /** Whether the handling of some event makes a call of the outside world. */
    public boolean callsOutside() {
        return steps.values().stream().anyMatch(Step.Call.class::isInstance);
    }

    /** Loads and locks what these events need, in one order for all batches. */
    public void prepare(List<E> events) {
        prepare.accept(events);
    }

    /**
     * What is to be done with an event.
     *
     * @throws IllegalArgumentException if its type is not handled here
     */
    public Step<E> stepOf(E event) {
        Step<E> step = steps.get(event.getClass());
        if (step == null) {
            throw new IllegalArgumentException(event.getClass().getSimpleName() + " is not handled here");
        }
        return step;
    }

    /** Closes the way of an event that an operator discards, where the table says how. */
    public void discard(E event, EventMetadata metadata) {
        BiConsumer<E, EventMetadata> handler = discarded.get(event.getClass());
        if (handler != null) {
            handler.accept(event, metadata);
        }
    }

    /** What is published when a key is held up, beyond a failure that passes at once. */
    public Optional<? extends E> heldUp(HeldUp held) {
        return heldUp.apply(held);
    }

    /** What is published when a key that was said to be held up goes on. */
    public Optional<? extends E> resumed(HeldUp held) {
        return resumed.apply(held);
    }

    /** What is done with an event of one type. */
    public sealed interface Step<E> {

        /** One part, in the transaction of the batch. */
        record Handle<E>(BiConsumer<E, EventMetadata> handler) implements Step<E> {}

        /**
         * Three parts around a call of the outside world.
         *
         * @param intend in a transaction of its own: records the intent and returns the request, or nothing where no
         *     call is due
         * @param call without a transaction: makes the call and returns its outcome
         * @param record in the transaction of the batch: records the outcome
         */
        record Call<E>(
                Function<E, Optional<Object>> intend, Function<Object, Object> call, BiConsumer<E, Object> record)
                implements Step<E> {}
    }

    /** Makes the event of a key that is held up, of what {@link HeldUp} says; nothing where nobody is to be told. */
    @FunctionalInterface
    public interface HeldUpEvent<E> {
        Optional<? extends E> of(
                String key,
                String consumerGroup,
                @Nullable String eventType,
                String reason,
                boolean dead,
                Instant since);
    }

    /** Makes the event of a key that goes on; nothing where nobody is to be told. */
    @FunctionalInterface
    public interface ResumedEvent<E> {
        Optional<? extends E> of(String key, String consumerGroup);
    }

    /** Collects a table. */
    public static final class Builder<E> {

        private final EventFamily<E> family;
        private final Map<Class<?>, Step<E>> steps = new LinkedHashMap<>();
        private final Map<Class<?>, BiConsumer<E, EventMetadata>> discarded = new LinkedHashMap<>();
        private final Set<String> publishes = new HashSet<>();
        private @Nullable Consumer<List<E>> prepare;
        private Function<HeldUp, Optional<? extends E>> heldUp = held -> Optional.empty();
        private Function<HeldUp, Optional<? extends E>> resumed = held -> Optional.empty();

        private Builder(EventFamily<E> family) {
            this.family = family;
        }

        /**
         * Runs once for each batch, before its handlers and in their transaction: one query that loads and locks what
         * the batch needs, in one order, so that batches do not deadlock.
         *
         * @throws IllegalStateException if it is there already
         */
        public Builder<E> prepare(Consumer<List<E>> prepare) {
            if (this.prepare != null) {
                throw new IllegalStateException("prepare stands twice");
            }
            this.prepare = prepare;
            return this;
        }

        /**
         * Handles the events of a type.
         *
         * @throws IllegalArgumentException if the type is handled already or does not belong to the family
         */
        public <T extends E> Builder<E> on(Class<T> type, Consumer<? super T> handler) {
            return on(type, (event, metadata) -> handler.accept(event));
        }

        /**
         * Handles the events of a type, with their metadata.
         *
         * @throws IllegalArgumentException if the type is handled already or does not belong to the family
         */
        public <T extends E> Builder<E> on(Class<T> type, BiConsumer<? super T, EventMetadata> handler) {
            return add(type, new Step.Handle<>((event, metadata) -> handler.accept(type.cast(event), metadata)));
        }

        /**
         * Handles the events of a type with a call of the outside world.
         *
         * @param intend in a transaction of its own: decides from the stored state, records the intent, returns the
         *     request or nothing. Runs again after a crash: it returns the same request while the intent is open. It
         *     must not publish
         * @param call without a transaction, for the events of a batch at once: the request carries an idempotency key
         *     that names the business act. Its client needs a timeout of its own: one that does not heed its
         *     interruption after {@code mops.messaging.call-timeout} goes on beside the next attempt
         * @param record in the batch's transaction: outcome and outgoing events. If the state has moved since, it
         *     throws, and the batch begins again
         * @throws IllegalArgumentException if the type is handled already or does not belong to the family
         */
        public <T extends E, Q, A> Builder<E> on(
                Class<T> type,
                Function<? super T, Optional<Q>> intend,
                Function<? super Q, ? extends A> call,
                BiConsumer<? super T, ? super A> record) {
            // The three parts were checked against each other above; in the table their types are forgotten.
            @SuppressWarnings("unchecked")
            Function<Object, Object> untypedCall = (Function<Object, Object>) (Function<?, ?>) call;
            @SuppressWarnings("unchecked")
            BiConsumer<Object, Object> untypedRecord = (BiConsumer<Object, Object>) (BiConsumer<?, ?>) record;
            return add(
                    type,
                    new Step.Call<>(
                            event -> intend.apply(type.cast(event)).map(request -> (Object) request),
                            untypedCall,
                            (event, outcome) -> untypedRecord.accept(event, outcome)));
        }

        /**
         * Closes the way of an event of a type that an operator discards instead of having it handled: it publishes what
         * the others wait for. Runs in the transaction of the discard, behind {@link #prepare}.
         *
         * @throws IllegalArgumentException if it is there already
         */
        public <T extends E> Builder<E> discarded(Class<T> type, Consumer<? super T> handler) {
            if (discarded.putIfAbsent(type, (event, metadata) -> handler.accept(type.cast(event))) != null) {
                throw new IllegalArgumentException(
                        family.definitionOf(type).type() + " is closed twice when it is discarded");
            }
            return this;
        }

        /**
         * Tells the entity's other readers of a key that is held up: once its first retry has failed, too, and when it
         * is dead; and when it goes on. Both are published in the transaction that changes it, and stand in {@link
         * #publishes} as others do.
         */
        public Builder<E> announcing(HeldUpEvent<E> heldUp, ResumedEvent<E> resumed) {
            this.heldUp = held -> heldUp.of(
                    held.key(), held.consumerGroup(), held.eventType(), held.reason(), held.dead(), held.since());
            this.resumed = held -> resumed.of(held.key(), held.consumerGroup());
            return this;
        }

        /**
         * Declares what the service publishes of the family, wherever it does so: the outbox refuses all else.
         *
         * @throws IllegalArgumentException if a type is declared already or does not belong to the family
         */
        @SafeVarargs
        public final Builder<E> publishes(Class<? extends E>... types) {
            for (Class<? extends E> type : types) {
                String name = family.definitionOf(type).type();
                if (!publishes.add(name)) {
                    throw new IllegalArgumentException(name + " is declared twice to be published");
                }
            }
            return this;
        }

        /**
         * The table.
         *
         * @throws IllegalStateException if it is empty, or if it closes a type that it does not handle
         */
        public EventHandlers<E> build() {
            if (steps.isEmpty()) {
                throw new IllegalStateException("The handlers of " + family + " handle nothing");
            }
            if (!steps.keySet().containsAll(discarded.keySet())) {
                throw new IllegalStateException(
                        "The handlers of " + family + " close types that they do not handle when they are discarded");
            }
            return new EventHandlers<>(this);
        }

        private Builder<E> add(Class<?> type, Step<E> step) {
            String name = family.definitionOf(type).type();
            if (steps.putIfAbsent(type, step) != null) {
                throw new IllegalArgumentException(name + " is handled twice");
            }
            return this;
        }
    }
}
