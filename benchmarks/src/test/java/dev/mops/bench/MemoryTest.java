package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.local.LocalPlatformException;
import org.junit.jupiter.api.Test;

class MemoryTest {

    @Test
    void the_last_line_of_a_histogram_is_what_lives_on_a_heap() {
        assertThat(Memory.total("""
                4711:
                 num     #instances         #bytes  class name (module)
                -------------------------------------------------------
                   1:         61033        5713312  [B (java.base@25)
                Total        701234       38123456
                """)).isEqualTo(38_123_456);
    }

    @Test
    void what_is_no_histogram_is_told() {
        assertThatThrownBy(() -> Memory.total("4711: Unable to open socket file"))
                .isInstanceOf(LocalPlatformException.class)
                .hasMessageContaining("Unable to open socket file");
    }
}
