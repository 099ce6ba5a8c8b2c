package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.bench.Result.Shape;
import dev.mops.local.LocalPlatformException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    private static final List<String> ALL = List.of("limits", "platform", "growth");

    @Test
    void all_parts_are_measured_if_nothing_is_asked_for() {
        assertThat(of()).isEqualTo(new Options(Shape.WHOLE, ALL, null));
    }

    @Test
    void a_shape_has_its_parts() {
        assertThat(of("--quick")).isEqualTo(new Options(Shape.QUICK, List.of("limits"), null));
        assertThat(of("--smoke")).isEqualTo(new Options(Shape.SMOKE, List.of("limits"), null));
        assertThat(of("--quick", "--only", "growth")).isEqualTo(new Options(Shape.QUICK, List.of("growth"), null));
    }

    @Test
    void some_are_measured_in_the_order_of_all() {
        assertThat(of("--only", "platform,limits", "--quick", "--keep", "a.json"))
                .isEqualTo(new Options(Shape.QUICK, List.of("limits", "platform"), Path.of("a.json")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --only platform,growht | No part 'growht': there are limits, platform, growth
            --only platform,       | No part '': there are limits, platform, growth
            --only                 | --only needs a value
            --keep                 | --keep needs a value
            --quik                 | No option --quik: there are --quick, --smoke, --only <part>[,<part>] and --keep <file>
            """)
    void what_it_does_not_understand_is_refused_with_what_it_would(String arguments, String message) {
        assertThatThrownBy(() -> of(arguments.split(" ")))
                .isInstanceOf(LocalPlatformException.class)
                .hasMessage(message);
    }

    private static Options of(String... arguments) {
        return Options.of(shape -> shape == Shape.WHOLE ? ALL : List.of("limits"), arguments);
    }
}
