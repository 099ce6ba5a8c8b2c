package dev.mops.billing;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Repository;

/** The store of payments, one for each order. */
@Repository
class Payments {

    private final EntityManager entityManager;

    Payments(EntityManager entityManager) {
        this.entityManager = entityManager;
    }

    /** Stores a payment that is new; one that was found is stored with its transaction. */
    void save(Payment payment) {
        if (!entityManager.contains(payment)) {
            entityManager.persist(payment);
        }
    }

    Optional<Payment> find(UUID orderId) {
        return Optional.ofNullable(entityManager.find(Payment.class, orderId));
    }

    /** Loads and locks the payments of these orders, in the order of their ids, so that transactions do not deadlock. */
    List<Payment> lock(Collection<UUID> orderIds) {
        return entityManager
                .createQuery("select p from Payment p where p.orderId in :ids order by p.orderId", Payment.class)
                .setParameter("ids", orderIds)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultList();
    }
}
