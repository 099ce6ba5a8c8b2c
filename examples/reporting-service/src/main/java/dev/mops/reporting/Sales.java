package dev.mops.reporting;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Repository;

/** The store of sales, and the sums of them. */
@Repository
class Sales {

    private static final int MOST_HOURS = 1_000;

    private final EntityManager entityManager;

    Sales(EntityManager entityManager) {
        this.entityManager = entityManager;
    }

    void save(Sale sale) {
        entityManager.persist(sale);
    }

    Optional<Sale> find(UUID orderId) {
        return Optional.ofNullable(entityManager.find(Sale.class, orderId));
    }

    /** Loads and locks the sales of these orders, in the order of their ids, so that transactions do not deadlock. */
    List<Sale> lock(Collection<UUID> orderIds) {
        return entityManager
                .createQuery("select s from Sale s where s.orderId in :ids order by s.orderId", Sale.class)
                .setParameter("ids", orderIds)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultList();
    }

    /** The newest hours in which orders were placed. */
    List<Hour> hours() {
        return entityManager
                .createQuery(
                        "select s.placedHour, count(s) from Sale s group by s.placedHour order by s.placedHour desc",
                        Hour.class)
                .setMaxResults(MOST_HOURS)
                .getResultList();
    }

    /** What was paid and not given back, by product and currency; whatever the prices, a sum of them fits. */
    List<Product> products() {
        return entityManager.createQuery("""
                        select l.sku, l.currency, sum(l.quantity), sum(l.quantity * cast(l.unitPrice as BigInteger))
                        from Sale s join s.lines l where s.status = PAID
                        group by l.sku, l.currency order by l.sku, l.currency
                        """, Product.class).getResultList();
    }

    /** An hour, by its begin, and how many orders were placed in it. */
    record Hour(Instant hour, Long orders) {}

    /** How many pieces of a product were paid for, and what they brought, in minor units of the currency. */
    record Product(String sku, String currency, Long quantity, BigInteger revenue) {}
}
