package dev.mops.inventory;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Repository;

/** The store of stock. */
@Repository
class Stocks {

    private final EntityManager entityManager;

    Stocks(EntityManager entityManager) {
        this.entityManager = entityManager;
    }

    Optional<Stock> find(String sku) {
        return Optional.ofNullable(entityManager.find(Stock.class, sku));
    }

    List<Stock> all() {
        return entityManager
                .createQuery("select s from Stock s order by s.sku", Stock.class)
                .getResultList();
    }

    /** Loads and locks the stock of these products, in the order of their SKUs, so that transactions do not deadlock. */
    List<Stock> lock(Collection<String> skus) {
        return entityManager
                .createQuery("select s from Stock s where s.sku in :skus order by s.sku", Stock.class)
                .setParameter("skus", skus)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultList();
    }
}
