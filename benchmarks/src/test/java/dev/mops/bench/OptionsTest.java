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

    private static final List<String> PARTS = List.of("limits", "platform", "growth");

    @Test
    void all_parts_are_measured_if_nothing_is_asked_for() {
        assertThat(Options.of(PARTS)).isEqualTo(new Options(Shape.WHOLE, PARTS, null));
    }

    @Test
    void some_are_measured_in_the_order_of_all() {
        assertThat(Options.of(PARTS, "--only", "platform,limits", "--quick", "--keep", "a.json"))
                .isEqualTo(new Options(Shape.QUICK, List.of("limits", "platform"), Path.of("a.json")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --only platform,growht | No part 'growht': there are limits, platform, growth
            --only platform,       | No part '': there are limits, platform, growth
            --only                 | --only needs a value
            --keep                 | --keep needs a value
            --quik                 | No option --quik: there are --quick, --only <part>[,<part>] and --keep <file>
            """)
    void what_it_does_not_understand_is_refused_with_what_it_would(String arguments, String message) {
        assertThatThrownBy(() -> Options.of(PARTS, arguments.split(" ")))
                .isInstanceOf(LocalPlatformException.class)
                .hasMessage(message);
    }
}
