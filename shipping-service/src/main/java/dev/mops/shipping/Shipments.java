package dev.mops.shipping;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Repository;

/** The store of shipments. */
@Repository
class Shipments {

    private final EntityManager entityManager;

    Shipments(EntityManager entityManager) {
        this.entityManager = entityManager;
    }

    void add(Shipment shipment) {
        entityManager.persist(shipment);
    }

    Optional<Shipment> find(UUID orderId) {
        return Optional.ofNullable(entityManager.find(Shipment.class, orderId));
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
        return entityManager
                .createQuery("select s from Shipment s where s.orderId in :ids order by s.orderId", Shipment.class)
                .setParameter("ids", orderIds)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultList();
    }
}
