package dev.mops.order;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.EntityManagerFactory;
import java.util.concurrent.CountDownLatch;
import org.hibernate.SessionFactory;
import org.hibernate.stat.Statistics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

class StatementsTest extends OrderServiceTest {

    @Autowired
    @Qualifier("messagingEventConsumers") private SmartLifecycle consumers;

    /** Counts the orders in flight again and again. */
    @Autowired
    private ThreadPoolTaskScheduler scheduler;

    @Autowired
    private EntityManagerFactory entityManagers;

    private Statistics statistics;

    @BeforeEach
    void count_this_test_alone() throws InterruptedException {
        consumers.stop();
        CountDownLatch idle = new CountDownLatch(1);
        scheduler.stop(idle::countDown);
        idle.await();
        statistics = entityManagers.unwrap(SessionFactory.class).getStatistics();
        statistics.clear();
        statistics.setStatisticsEnabled(true);
    }

    @AfterEach
    void go_on() {
        statistics.setStatisticsEnabled(false);
        scheduler.start();
        consumers.start();
    }

    @Test
    void a_new_order_is_inserted_without_a_select() {
        placed();

        assertThat(statistics.getEntityInsertCount())
                .as("the order and its first timeline entry")
                .isEqualTo(2);
        assertThat(statistics.getEntityLoadCount()).as("the product").isEqualTo(1);
        assertThat(statistics.getPrepareStatementCount())
                .as(
                        "a select of the products; inserts of order, lines, timeline entry; a select of the timeline to answer")
                .isEqualTo(5);
    }
}
