package dev.mops.messaging.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LingerTest {

    private static final Duration WORK = Duration.ofMillis(10);

    private final Linger linger = new Linger(500, Duration.ofMillis(200));

    @Test
    void after_a_single_record_the_next_poll_comes_at_once() {
        assertThat(linger.after(1, WORK)).isZero();
    }

    @Test
    void after_several_records_more_may_gather_in_proportion_to_the_work() {
        assertThat(linger.after(2, WORK)).isEqualTo(Duration.ofMillis(40));
        assertThat(linger.after(499, WORK)).isEqualTo(Duration.ofMillis(40));
    }

    @Test
    void however_long_the_work_was_the_wait_has_a_limit() {
        assertThat(linger.after(2, Duration.ofSeconds(5))).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void after_a_full_poll_the_next_comes_at_once() {
        assertThat(linger.after(500, WORK)).isZero();
    }

    @Test
    void where_no_wait_is_allowed_there_is_none() {
        assertThat(new Linger(500, Duration.ZERO).after(2, WORK)).isZero();
    }
}
