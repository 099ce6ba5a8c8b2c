package dev.mops.system.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.system.chaos.Chaos.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The guarantees, under faults of all kinds at random. One plan for each build; {@code -Dmops.chaos.seed} gives another, and
 * {@code -Dmops.chaos.minutes} makes it longer. Early, before the platform that the others share takes the machine.
 */
@Tag("processes")
@Order(1)
class ChaosTest {

    static final Duration SHORT = Duration.ofSeconds(75);

    /** The plan of each build is the same; it is the one that found the relay with several requests under way. */
    static final long FIXED_SEED = 7;

    @Test
    void whatever_is_broken_in_whatever_order_the_guarantees_hold() throws IOException, InterruptedException {
        Path root = root();
        Path target = root.resolve("system-tests/target");
        Plan plan = Plan.of(Long.getLong("mops.chaos.seed", FIXED_SEED), length());
        String again = length().equals(SHORT)
                ? "mvn verify -pl system-tests -am -Dtest=ChaosTest -Dsurefire.failIfNoSpecifiedTests=false"
                        + " -Dmops.chaos.seed=" + plan.seed()
                : "./mops chaos --minutes " + length().toMinutes() + " --seed " + plan.seed();
        System.out.println("Chaos, seed " + plan.seed() + ": replay it with " + again + "\n" + plan);

        try (Chaos chaos = new Chaos(root, target.resolve("chaos"), plan)) {
            Result result = chaos.run();
            List<String> violations = Checker.violations(result.history());

            String summary = result.summary() + "violations: " + violations.size() + "\n";
            System.out.println(summary);
            Files.writeString(target.resolve("chaos-summary.txt"), summary);
            assertThat(violations.stream().limit(20))
                    .as("violations, seed %d", plan.seed())
                    .isEmpty();
            assertThat(result.surprises()).as("surprises, seed %d", plan.seed()).isEmpty();
            assertThat(result.counts().values())
                    .as("each kind of fault, while orders were in flight: %s", result.counts())
                    .allMatch(count -> count >= Plan.AT_LEAST);
        }
    }

    private static Duration length() {
        Integer minutes = Integer.getInteger("mops.chaos.minutes");
        return minutes == null ? SHORT : Duration.ofMinutes(minutes);
    }

    private static Path root() {
        return Stream.iterate(Path.of("").toAbsolutePath(), folder -> folder.getParent() != null, Path::getParent)
                .filter(folder -> Files.exists(folder.resolve("docs/state-tables.md")))
                .findFirst()
                .orElseThrow();
    }
}
