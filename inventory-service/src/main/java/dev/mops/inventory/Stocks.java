package dev.mops.inventory;

import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.hibernate.Session;
import org.springframework.stereotype.Repository;

/** The store of stock. */
@Repository
class Stocks {

    private static final String LOCK = "SELECT * FROM stock WHERE sku = ANY(:skus) ORDER BY sku FOR UPDATE";

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
                .unwrap(Session.class)
                .createNativeQuery(LOCK, Stock.class)
                .setParameter("skus", skus.toArray(String[]::new))
                .getResultList();
    }
}
