package dev.mops.inventory;

import dev.mops.messaging.Prepared;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;
import org.springframework.stereotype.Repository;

/** The store of reservations. */
@Repository
class Reservations {

    // One statement however many they are: of a list, each length is a statement of its own, which is planned anew.
    private static final String LOCK =
            "SELECT * FROM reservation WHERE order_id = ANY(:ids) ORDER BY order_id FOR UPDATE";

    private final EntityManager entityManager;
    private final Prepared<UUID, Reservation> prepared = new Prepared<>();

    Reservations(EntityManager entityManager) {
        this.entityManager = entityManager;
    }

    /** Stores a reservation that is new; one that was found is stored with its transaction. */
    void save(Reservation reservation) {
        if (!entityManager.contains(reservation)) {
            entityManager.persist(reservation);
            prepared.add(reservation.orderId(), reservation);
        }
    }

    Optional<Reservation> find(UUID orderId) {
        return prepared.find(orderId, () -> Optional.ofNullable(entityManager.find(Reservation.class, orderId)));
    }

    /** Loads and locks the reservations of these orders, in the order of their ids, so that transactions do not deadlock. */
    List<Reservation> lock(Collection<UUID> orderIds) {
        List<Reservation> found = entityManager
                .unwrap(Session.class)
                .createNativeQuery(LOCK, Reservation.class)
                .setParameter("ids", orderIds.toArray(UUID[]::new))
                .getResultList();
        return prepared.put(orderIds, found, Reservation::orderId);
    }
}
