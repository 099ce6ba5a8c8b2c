package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RoundTest {

    @Test
    void the_steady_rate_leaves_out_the_first_and_the_last_tenth() {
        LongStream slowBegin = LongStream.rangeClosed(1, 10).map(n -> n * 1_000_000);
        LongStream steady = LongStream.rangeClosed(1, 80).map(n -> 10_000_000 + n * 2_000);
        LongStream slowEnd = LongStream.rangeClosed(1, 10).map(n -> 10_160_000 + n * 1_000_000);
        long[] newestFirst =
                LongStream.concat(LongStream.concat(slowEnd, steady), slowBegin).toArray();

        assertThat(Round.steadyPerSecond(newestFirst)).isEqualTo(500);
    }

    @Test
    void so_few_that_nothing_is_between_have_no_steady_rate() {
        assertThat(Round.steadyPerSecond(new long[] {1_000_000})).isNaN();
        assertThat(Round.steadyPerSecond(new long[0])).isNaN();
    }
}
