package dev.mops.shipping;

import dev.mops.messaging.Prepared;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;
import org.springframework.stereotype.Repository;

/** The store of shipments. */
@Repository
class Shipments {

    // One statement however many they are: of a list, each length is a statement of its own, which is planned anew.
    private static final String LOCK = """
            SELECT * FROM shipment WHERE order_id = ANY(:ids) ORDER BY order_id FOR UPDATE
            """;

    private final EntityManager entityManager;
    private final Prepared<UUID, Shipment> prepared = new Prepared<>();

    Shipments(EntityManager entityManager) {
        this.entityManager = entityManager;
    }

    void add(Shipment shipment) {
        entityManager.persist(shipment);
        prepared.add(shipment.orderId(), shipment);
    }

    Optional<Shipment> find(UUID orderId) {
        return prepared.find(orderId, () -> Optional.ofNullable(entityManager.find(Shipment.class, orderId)));
    }

    Optional<Shipment> findByShipmentId(UUID shipmentId) {
        return entityManager
                .createQuery("select s from Shipment s where s.shipmentId = :id", Shipment.class)
                .setParameter("id", shipmentId)
                .getResultStream()
                .findFirst();
    }

    /** Loads and locks the shipments of these orders, in the order of their ids, so that transactions do not deadlock. */
    List<Shipment> lock(Collection<UUID> orderIds) {
        List<Shipment> found = entityManager
                .unwrap(Session.class)
                .createNativeQuery(LOCK, Shipment.class)
                .setParameter("ids", orderIds.toArray(UUID[]::new))
                .getResultList();
        return prepared.put(orderIds, found, Shipment::orderId);
    }
}
