package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
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

    @Test
    void orders_that_were_accepted_and_not_shipped_are_a_failure() {
        round(3, 1.0, 2.0, 3.0).demandShipped();

        assertThatThrownBy(() -> round(3, 1.0, 2.0).demandShipped())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Of 3 orders that were accepted 2 were shipped");
    }

    private static Round round(int accepted, Double... shipments) {
        Spread spread = Spread.of(List.of(shipments));
        return new Round(accepted, Map.of(), 1, 1, spread, spread, Map.of(), Map.of());
    }
}
