package dev.mops.system.chaos;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.system.chaos.Plan.Fault;
import dev.mops.system.chaos.Plan.Kind;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 42, -7, Long.MAX_VALUE})
    void the_same_seed_is_the_same_plan_and_another_is_another(long seed) {
        Plan plan = Plan.of(seed, Duration.ofSeconds(90));

        assertThat(Plan.of(seed, Duration.ofSeconds(90))).isEqualTo(plan).hasToString(plan.toString());
        assertThat(Plan.of(seed + 1, Duration.ofSeconds(90)).faults()).isNotEqualTo(plan.faults());
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 90, 1_800})
    void each_kind_comes_at_least_three_times_within_the_length(int seconds) {
        Plan plan = Plan.of(42, Duration.ofSeconds(seconds));

        Map<Kind, Long> counts = plan.faults().stream().collect(groupingBy(Fault::kind, counting()));
        assertThat(counts).containsOnlyKeys(Kind.values());
        assertThat(counts.values()).allMatch(count -> count >= Plan.AT_LEAST);
        assertThat(plan.faults()).extracting(Fault::at).isSorted().allMatch(at -> at.compareTo(plan.length()) < 0);
    }

    @Test
    void the_short_run_lasts_for_a_minute_at_least() {
        assertThat(Plan.of(ChaosTest.FIXED_SEED, ChaosTest.SHORT)
                        .faults()
                        .getLast()
                        .at())
                .isGreaterThanOrEqualTo(Duration.ofMinutes(1));
    }
}
