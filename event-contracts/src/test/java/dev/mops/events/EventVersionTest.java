package dev.mops.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventVersionTest {

    @Test
    void is_written_as_it_is_read() {
        assertThat(EventVersion.of("12.30")).isEqualTo(new EventVersion(12, 30)).hasToString("12.30");
    }

    @Test
    void orders_by_number() {
        assertThat(EventVersion.of("1.10")).isGreaterThan(EventVersion.of("1.9"));
        assertThat(EventVersion.of("2.0")).isGreaterThan(EventVersion.of("1.10"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1.", ".0", "0.1", "1.0.0", "01.0", "+1.0", "1.-0", "1.x", " 1.0", "9999999999.0"})
    void has_one_spelling(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventVersion.of(text))
                .withMessage("An event version is written major.minor, not '" + text + "'");
    }

    @Test
    void begins_at_1_0() {
        assertThatIllegalArgumentException().isThrownBy(() -> new EventVersion(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new EventVersion(1, -1));
    }
}
