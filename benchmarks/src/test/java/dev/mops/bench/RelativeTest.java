package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.Test;

class RelativeTest {

    @Test
    void mixes_stand_beside_the_plain_one_and_growth_beside_the_first_orders() {
        Result result = Sample.result(
                Sample.MACHINE,
                Sample.rate("mixes", Mixes.PLAIN, "orders/s", 1_000.0),
                Sample.rate("mixes", "one hot product", "orders/s", 750.0),
                Sample.rate("growth", "saturation by HTTP" + Growth.FIRST, "orders/s", 1_000.0),
                Sample.cost("growth", "placed to shipped" + Growth.FIRST, "ms", 10.0),
                Sample.cost("growth", "dead rows" + Growth.FIRST, "rows", 0.0),
                Sample.rate("growth", "saturation by HTTP" + Growth.AFTER, "orders/s", 900.0),
                Sample.cost("growth", "placed to shipped" + Growth.AFTER, "ms", 12.0),
                Sample.cost("growth", "dead rows" + Growth.AFTER, "rows", 5.0));

        assertThat(Relative.of(result))
                .extracting(
                        Relative::title,
                        Relative::name,
                        relative -> relative.ratio().median())
                .containsExactly(
                        tuple("relative to " + Mixes.PLAIN, "mixes: one hot product", 0.75),
                        tuple("relative to the first orders", "growth: saturation by HTTP" + Growth.AFTER, 0.9),
                        tuple("relative to the first orders", "growth: placed to shipped" + Growth.AFTER, 1.2));
    }
}
