package dev.mops.billing;

import dev.mops.messaging.Prepared;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;
import org.springframework.stereotype.Repository;

/** The store of payments, one for each order. */
@Repository
class Payments {

    // One statement however many they are: of a list, each length is a statement of its own, which is planned anew.
    private static final String LOCK = "SELECT * FROM payment WHERE order_id = ANY(:ids) ORDER BY order_id FOR UPDATE";

    private final EntityManager entityManager;
    private final Prepared<UUID, Payment> prepared = new Prepared<>();

    Payments(EntityManager entityManager) {
        this.entityManager = entityManager;
    }

    /** Stores a payment that is new; one that was found is stored with its transaction. */
    void save(Payment payment) {
        if (!entityManager.contains(payment)) {
            entityManager.persist(payment);
            prepared.add(payment.orderId(), payment);
        }
    }

    Optional<Payment> find(UUID orderId) {
        return prepared.find(orderId, () -> Optional.ofNullable(entityManager.find(Payment.class, orderId)));
    }

    /** Loads and locks the payments of these orders, in the order of their ids, so that transactions do not deadlock. */
    List<Payment> lock(Collection<UUID> orderIds) {
        List<Payment> found = entityManager
                .unwrap(Session.class)
                .createNativeQuery(LOCK, Payment.class)
                .setParameter("ids", orderIds.toArray(UUID[]::new))
                .getResultList();
        return prepared.put(orderIds, found, Payment::orderId);
    }
}
