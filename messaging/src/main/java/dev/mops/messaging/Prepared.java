package dev.mops.messaging;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What a table of handlers has loaded in its {@code prepare}, for the running transaction: by its key, found or missing.
 * JPA remembers only what it has found, so handlers that ask it for what is new ask the database, event by event.
 *
 * @param <K> the key
 * @param <V> what is loaded
 */
public final class Prepared<K, V> {

    /**
     * Notes what was looked for, and what of it was found.
     *
     * @return what was found
     */
    public <C extends Collection<V>> C put(Collection<K> keys, C found, Function<V, K> keyOf) {
        Map<K, Optional<V>> known = known();
        if (known == null && TransactionSynchronizationManager.isSynchronizationActive()) {
            known = new HashMap<>();
            TransactionSynchronizationManager.registerSynchronization(new Bound(known));
        }
        if (known != null) {
            for (K key : keys) {
                known.put(key, Optional.empty());
            }
            for (V value : found) {
                known.put(keyOf.apply(value), Optional.of(value));
            }
        }
        return found;
    }

    /** Notes what the running transaction has made. */
    public void add(K key, V value) {
        Map<K, Optional<V>> known = known();
        if (known != null) {
            known.put(key, Optional.of(value));
        }
    }

    /** What was found of a key in the running transaction; asks for it where nobody has looked. */
    public Optional<V> find(K key, Supplier<Optional<V>> otherwise) {
        Map<K, Optional<V>> known = known();
        Optional<V> value = known == null ? null : known.get(key);
        return value == null ? otherwise.get() : value;
    }

    @SuppressWarnings("unchecked") // Bound puts nothing else there.
    private @Nullable Map<K, Optional<V>> known() {
        return (Map<K, Optional<V>>) TransactionSynchronizationManager.getResource(this);
    }

    /** Bound to the transaction: another one that runs meanwhile knows nothing of it. */
    private final class Bound implements TransactionSynchronization {

        private final Map<K, Optional<V>> known;

        Bound(Map<K, Optional<V>> known) {
            this.known = known;
            resume();
        }

        @Override
        public void resume() {
            TransactionSynchronizationManager.bindResource(Prepared.this, known);
        }

        @Override
        public void suspend() {
            TransactionSynchronizationManager.unbindResource(Prepared.this);
        }

        @Override
        public void afterCompletion(int status) {
            TransactionSynchronizationManager.unbindResourceIfPossible(Prepared.this);
        }
    }
}
