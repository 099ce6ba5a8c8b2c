package dev.mops.inventory;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Repository;

/** The store of reservations. */
@Repository
class Reservations {

    private final EntityManager entityManager;

    Reservations(EntityManager entityManager) {
        this.entityManager = entityManager;
    }

    /** Stores a reservation that is new; one that was found is stored with its transaction. */
    void save(Reservation reservation) {
        if (!entityManager.contains(reservation)) {
            entityManager.persist(reservation);
        }
    }

    Optional<Reservation> find(UUID orderId) {
        return Optional.ofNullable(entityManager.find(Reservation.class, orderId));
    }

    /** Loads and locks the reservations of these orders, in the order of their ids, so that transactions do not deadlock. */
    List<Reservation> lock(Collection<UUID> orderIds) {
        return entityManager
                .createQuery(
                        "select r from Reservation r where r.orderId in :ids order by r.orderId", Reservation.class)
                .setParameter("ids", orderIds)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultList();
    }
}
