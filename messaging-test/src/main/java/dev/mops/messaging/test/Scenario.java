package dev.mops.messaging.test;

import static java.util.stream.Collectors.joining;

import dev.mops.messaging.test.Kit.Held;
import dev.mops.messaging.test.Kit.Incoming;
import dev.mops.messaging.test.Kit.Outgoing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a service's handlers make of events: {@code scenario.given(orderCreated).when(inventoryReserved)
 * .thenPublished(OrderPaid.class, paid -> …)}. A bean of a {@link MessagingTest}. Events have the keys that their family
 * gives them, and go the way of production, through inbox, handlers and outbox; what the service publishes does not come
 * back to it by itself.
 */
public final class Scenario {

    private final Kit kit;

    Scenario(Kit kit) {
        this.kit = kit;
    }

    /**
     * What has happened before, in this order.
     *
     * @throws AssertionError if it is not handled
     */
    public Scenario given(Object... events) {
        deliver(events);
        if (!kit.held().isEmpty()) {
            throw new AssertionError("What is given is not handled:" + lines(kit.held()));
        }
        return this;
    }

    /** What happens now, in one poll and in this order. */
    public Outcome when(Object... events) {
        return when(() -> deliver(events));
    }

    /** What the service does now by itself, such as to answer a request. */
    public Outcome when(Runnable act) {
        long before = kit.outboxEnd();
        act.run();
        return new Outcome(kit.published(before), kit.held());
    }

    private void deliver(Object... events) {
        List<Incoming> incoming = Arrays.stream(events).map(kit::incoming).toList();
        // A poll that a listener gets is of one topic.
        incoming.stream()
                .map(event -> event.record().topic())
                .distinct()
                .forEach(topic -> kit.deliver(incoming.stream()
                        .filter(event -> event.record().topic().equals(topic))
                        .toList()));
    }

    private static String lines(List<?> all) {
        return all.isEmpty()
                ? " nothing"
                : all.stream().map(each -> "\n  " + each).collect(joining());
    }

    /** What it has led to. */
    public static final class Outcome {

        private final List<Outgoing> all;
        private final List<Outgoing> notNamed;
        private final List<Held> held;

        private Outcome(List<Outgoing> published, List<Held> held) {
            this.all = published;
            this.notNamed = new ArrayList<>(published);
            this.held = held;
        }

        /**
         * An event of this type was published: the first one that was not named before.
         *
         * @param assertions what is to be said of it
         */
        public <T> Outcome thenPublished(Class<T> type, Consumer<? super T> assertions) {
            Optional<Outgoing> found = notNamed.stream()
                    .filter(event -> type.isInstance(event.event()))
                    .findFirst();
            if (found.isEmpty()) {
                throw new AssertionError("Expected another " + type.getSimpleName() + " to be published" + what());
            }
            notNamed.remove(found.get());
            assertions.accept(type.cast(found.get().event()));
            return this;
        }

        /** An event of this type was published: the first one that was not named before. */
        public Outcome thenPublished(Class<?> type) {
            return thenPublished(type, event -> {});
        }

        /** Nothing was published beside what was named before, and nothing failed. */
        public Outcome thenPublishedNothing() {
            if (!notNamed.isEmpty() || !held.isEmpty()) {
                throw new AssertionError("Expected nothing" + (all.size() > notNamed.size() ? " else" : "")
                        + " to be published, and nothing to fail" + what());
            }
            return this;
        }

        /** The handling of an event failed with this: the event is held, and will be tried again. */
        public Outcome thenFailed(Class<? extends Throwable> error) {
            if (held.stream().noneMatch(event -> error.getName().equals(event.error()))) {
                throw new AssertionError("Expected a failure with " + error.getName() + what());
            }
            return this;
        }

        private String what() {
            return ".\nPublished:" + lines(all) + "\nFailed:" + lines(held);
        }
    }
}
