package dev.mops.order;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.TypedQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Repository;

/** The store of orders, their timelines and the products. */
@Repository
class Orders {

    // The condition is that of the index orders_open_by_move, word by word: a bound list would not find it.
    static final String STUCK = """
            SELECT count(*) OVER (), id, status, moved_at FROM orders
             WHERE status IN ('PLACED', 'RESERVED', 'PAID') AND moved_at < :moved
             ORDER BY moved_at LIMIT 1
            """;

    private final EntityManager entityManager;

    Orders(EntityManager entityManager) {
        this.entityManager = entityManager;
    }

    void add(Order order) {
        entityManager.persist(order);
    }

    void add(TimelineEntry entry) {
        entityManager.persist(entry);
    }

    Optional<Order> find(UUID id) {
        return Optional.ofNullable(entityManager.find(Order.class, id));
    }

    /** Loads and locks these orders, in the order of their ids, so that transactions do not deadlock. */
    List<Order> lock(Collection<UUID> ids) {
        return entityManager
                .createQuery("select o from Order o where o.id in :ids order by o.id", Order.class)
                .setParameter("ids", ids)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultList();
    }

    List<TimelineEntry> timelineOf(UUID orderId) {
        return entityManager
                .createQuery(
                        "select e from TimelineEntry e where e.position.orderId = :id order by e.position.position",
                        TimelineEntry.class)
                .setParameter("id", orderId)
                .getResultList();
    }

    /** A page of the orders that match, newest first. */
    List<Order> list(Filter filter, int page, int size) {
        return filter.query(entityManager, "select o from Order o", " order by o.id desc", Order.class)
                .setFirstResult(page * size)
                .setMaxResults(size)
                .getResultList();
    }

    long count(Filter filter) {
        return filter.query(entityManager, "select count(o) from Order o", "", Long.class)
                .getSingleResult();
    }

    /** The orders that are accepted and not final, by status; no status is missing. */
    Map<OrderStatus, Long> countOpen() {
        Map<OrderStatus, Long> counts = new EnumMap<>(OrderStatus.class);
        OrderStatus.OPEN.forEach(status -> counts.put(status, 0L));
        entityManager
                .createQuery(
                        "select o.status, count(o) from Order o where o.status in :open group by o.status",
                        Object[].class)
                .setParameter("open", OrderStatus.OPEN)
                .getResultList()
                .forEach(row -> counts.put((OrderStatus) row[0], (Long) row[1]));
        return counts;
    }

    /** The orders that are not final and have not moved since: how many, and the one that stands longest. */
    Optional<Stuck> stuckSince(Instant moved) {
        List<?> rows = entityManager
                .createNativeQuery(STUCK)
                .setParameter("moved", moved)
                .getResultList();
        return rows.stream()
                .map(row -> (Object[]) row)
                .map(row -> new Stuck(
                        ((Number) row[0]).longValue(), (UUID) row[1], OrderStatus.valueOf((String) row[2]), (Instant)
                                row[3]))
                .findFirst();
    }

    List<Product> products() {
        return entityManager
                .createQuery("select p from Product p order by p.sku", Product.class)
                .getResultList();
    }

    Map<String, Product> products(Collection<String> skus) {
        return entityManager
                .createQuery("select p from Product p where p.sku in :skus", Product.class)
                .setParameter("skus", skus)
                .getResultStream()
                .collect(Collectors.toMap(Product::sku, Function.identity()));
    }

    /**
     * Orders that stand still.
     *
     * @param count how many
     * @param orderId the one that stands longest
     * @param status where it stands
     * @param movedAt since when
     */
    record Stuck(long count, UUID orderId, OrderStatus status, Instant movedAt) {}

    /**
     * Which orders to list.
     *
     * @param customerId of this customer only; null for all
     * @param status in this status only; null for all
     */
    record Filter(@Nullable String customerId, @Nullable OrderStatus status) {

        private <T> TypedQuery<T> query(EntityManager entityManager, String select, String order, Class<T> type) {
            List<String> conditions = new ArrayList<>();
            if (customerId != null) {
                conditions.add("o.customerId = :customerId");
            }
            if (status != null) {
                conditions.add("o.status = :status");
            }
            String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
            TypedQuery<T> query = entityManager.createQuery(select + where + order, type);
            if (customerId != null) {
                query.setParameter("customerId", customerId);
            }
            if (status != null) {
                query.setParameter("status", status);
            }
            return query;
        }
    }
}
