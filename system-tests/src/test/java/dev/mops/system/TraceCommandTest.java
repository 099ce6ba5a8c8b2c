package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Mops;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code ./mops trace} tells what became of an order, from all services. */
@SystemTest
class TraceCommandTest {

    private static final Pattern EVENT = Pattern.compile("(?m)^ *\\S+  (\\S+) +→ (\\S+)  offset (\\d+),");
    private static final String HELD = "order.inventory_reserved";

    private final Shop shop;

    TraceCommandTest(Shop shop) {
        this.shop = shop;
    }

    @AfterEach
    void clear() {
        mops("fail", "--clear");
    }

    @Test
    void an_order_that_shipped_is_told_with_its_request_and_its_events_in_log_order() {
        UUID order = shop.placeOrder(Wish.of("KEYBOARD-DE", 1).and("MOUSE-WL", 2));
        shop.awaitStatus(order, "SHIPPED");

        String story = tell(order, told -> told.contains("Nothing holds it up"));

        assertThat(story)
                .startsWith("Order " + order + "  SHIPPED\n")
                .contains("order-service      takes the order: POST /orders\n")
                .contains("the payment ", "the shipment ")
                .doesNotContain(Shop.SECRETS)
                .doesNotContain("held");
        assertThat(EVENT.matcher(story).results().map(found -> found.group(1) + " " + found.group(2)))
                .containsExactly(
                        "order-service order.created",
                        "inventory-service order.inventory_reserved",
                        "billing-service order.paid",
                        "shipping-service order.shipped");
        assertThat(EVENT.matcher(story).results().map(TraceCommandTest::offset))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(story.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(110));
    }

    @Test
    void an_order_whose_handler_fails_is_told_with_its_next_attempt_and_then_with_the_retry_that_mended_it() {
        mops("fail", "billing-service", "--type", HELD, "--until-cleared");
        UUID order = shop.placeOrder(Wish.of("DESK-LAMP", 1));

        String story = tell(
                order, told -> told.contains("Held up in billing-service: " + HELD) && told.contains("Now: RESERVED"));

        assertThat(story)
                .containsPattern(
                        "billing-service +an event of it is held \\(billing-service/\\d+\\): next attempt (now|in [0-9.]+ s)")
                .contains("why    IllegalStateException: Fails since a failure switch says so\n")
                .containsPattern("next   attempt at \\S+ \\(\\+")
                .containsPattern("look   ./mops dead-letters show billing-service/\\d+\n");

        mops("fail", "--clear");
        shop.awaitStatus(order, "SHIPPED");

        assertThat(tell(order, told -> told.contains("Nothing holds it up")))
                .contains("an event of it is held (billing-service/")
                .contains("→ order.shipped  offset ");
    }

    @Test
    void an_order_behind_a_dead_letter_is_told_with_the_command_that_mends_it() {
        mops("fail", "billing-service", "--type", HELD, "--how", "poison");
        UUID order = shop.placeOrder(Wish.of("DESK-LAMP", 1));

        String story =
                tell(order, told -> told.contains("Held up in billing-service: ") && told.contains("order.held_up"));

        assertThat(story)
                .containsPattern("billing-service +an event of it is a dead letter \\(billing-service/\\d+\\): ")
                .containsPattern("Held up in billing-service: " + HELD + ", offset \\d+, dead\n")
                .contains("next   nothing, until somebody acts: it is a dead letter\n");
        MatchResult replay = Pattern.compile("\\./mops dead-letters replay (\\S+) --reason")
                .matcher(story)
                .results()
                .findFirst()
                .orElseThrow();

        Done done = mops("dead-letters", "replay", replay.group(1), "--reason", "the story says so");

        assertThat(done.status()).as(done.err()).isZero();
        shop.awaitStatus(order, "SHIPPED");
        assertThat(tell(order, told -> told.contains("Nothing holds it up"))).contains("→ order.resumed  offset ");
    }

    @Test
    @Tag(SystemTest.PROCESSES)
    void what_the_services_logged_of_the_order_stands_among_its_events() {
        mops("fail", "billing-service", "--type", HELD);
        UUID order = shop.placeOrder(Wish.of("DESK-LAMP", 1));
        shop.awaitStatus(order, "SHIPPED");

        assertThat(tell(order, told -> told.contains("Nothing holds it up")))
                .containsPattern("(?s)billing-service +WARN The event .{1,200}failed\\s+and\\s+is\\s+held")
                .containsPattern(
                        "billing-service +(Caused by: )?\\S*IllegalStateException: Fails since a failure switch says so");
    }

    @Test
    void an_order_that_was_never_placed_is_said_to_be_unknown() {
        UUID unknown = UUID.randomUUID();

        assertThat(mops("trace", unknown.toString()))
                .isEqualTo(new Done(1, "", "mops: There is no order " + unknown + "\n"));
    }

    /** Tells it again until it is as it shall be: services handle the last event each in its own time. */
    private String tell(UUID order, Predicate<String> expected) {
        return Shop.eventually()
                .until(() -> mops("trace", order.toString()), done -> done.status() == 0 && expected.test(done.out()))
                .out();
    }

    private Done mops(String... arguments) {
        return mops(shop, arguments);
    }

    /** Runs a command on the platform of a shop. */
    static Done mops(Shop shop, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Mops.execute(
                PlatformExtension.root(),
                shop.platform(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
        return new Done(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static long offset(MatchResult event) {
        return Long.parseLong(event.group(3));
    }

    /** How a command ended. */
    record Done(int status, String out, String err) {}
}
