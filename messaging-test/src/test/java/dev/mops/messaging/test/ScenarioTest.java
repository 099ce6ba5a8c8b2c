package dev.mops.messaging.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.test.OrderHistories;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;

/** What a scenario says, and what it says when it is not so. */
@MessagingTest(classes = Till.Service.class)
class ScenarioTest {

    private static final Money TOTAL = new Money(4_980, "EUR");

    @Autowired
    private Scenario scenario;

    @Autowired
    private ApplicationContext context;

    @Autowired
    private JdbcTemplate jdbc;

    private final UUID order = UUID.randomUUID();

    @Test
    void what_an_event_leads_to_is_published_and_nothing_else() {
        scenario.given(created(order))
                .when(new InventoryReserved(order))
                .thenPublished(
                        OrderPaid.class, paid -> assertThat(paid.amount()).isEqualTo(TOTAL))
                .thenPublishedNothing();
    }

    @Test
    void what_was_published_before_does_not_count() {
        scenario.given(created(order), new InventoryReserved(order))
                .when(created(UUID.randomUUID()))
                .thenPublishedNothing();
    }

    @Test
    void each_event_is_named_once() {
        UUID other = UUID.randomUUID();
        Scenario.Outcome outcome = scenario.given(created(order), created(other))
                .when(new InventoryReserved(order), new InventoryReserved(other))
                .thenPublished(
                        OrderPaid.class, paid -> assertThat(paid.orderId()).isEqualTo(order));

        assertThatThrownBy(outcome::thenPublishedNothing)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Expected nothing else to be published");
        outcome.thenPublished(OrderPaid.class).thenPublishedNothing();
    }

    @Test
    void an_event_that_is_not_published_is_missed_with_what_is() {
        Scenario.Outcome outcome = scenario.given(created(order)).when(new InventoryReserved(order));

        assertThatThrownBy(() -> outcome.thenPublished(OrderShipped.class))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(
                        "Expected another OrderShipped", "order.paid " + order + " {", "\nFailed: nothing");
    }

    @Test
    void a_failure_is_named_with_its_exception() {
        Scenario.Outcome outcome = scenario.when(new InventoryReserved(order)).thenFailed(IllegalStateException.class);

        assertThatThrownBy(() -> outcome.thenPublished(OrderPaid.class))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(
                        "Published: nothing",
                        "order.inventory_reserved " + order
                                + " (RETRYING): java.lang.IllegalStateException: There is no bill");
        assertThatThrownBy(outcome::thenPublishedNothing).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> outcome.thenFailed(IllegalArgumentException.class))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("There is no bill");
    }

    @Test
    void what_is_given_must_be_handled() {
        assertThatThrownBy(() -> scenario.given(new InventoryReserved(order)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("There is no bill");
    }

    @Test
    void an_event_of_no_family_is_refused() {
        assertThatThrownBy(() -> scenario.when("created"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.String belongs to no event family");
    }

    @Test
    void each_test_finds_the_tables_as_the_start_has_left_them() {
        scenario.given(created(order));
        context.getBean(Kit.class).reset();

        assertThat(jdbc.queryForList("SELECT order_id FROM bill", UUID.class)).containsExactly(new UUID(0, 1));
        assertThat(jdbc.queryForList("SELECT number FROM receipt", Long.class)).containsExactly(1L);
        assertThat(jdbc.queryForObject("SELECT count(*) FROM inbox_event", Long.class))
                .isZero();
    }

    @Test
    void nothing_that_needs_kafka_runs() {
        assertThat(List.of("messagingTopics", "messagingRelay", "messagingEventConsumers"))
                .allSatisfy(name -> assertThat(
                                context.getBean(name, SmartLifecycle.class).isRunning())
                        .isFalse());
    }

    private static OrderCreated created(UUID order) {
        return OrderHistories.created(order, "coffee-beans-1kg", 2);
    }
}
