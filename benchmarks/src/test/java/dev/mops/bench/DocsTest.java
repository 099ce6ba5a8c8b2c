package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The docs say what the kept results say; asked to by {@code -Dmops.docs=write}, this test writes it. */
class DocsTest {

    private static final Docs DOCS = new Docs(Path.of("../docs"));

    @ParameterizedTest
    @MethodSource("kept")
    void the_page_and_the_plots_are_those_of_the_result(Path kept) throws IOException {
        if ("write".equals(System.getProperty("mops.docs"))) {
            DOCS.write(kept);
        }
        assertThat(DOCS.page()).content().isEqualTo(DOCS.pageWith(kept));
        assertThat(Docs.plots(kept)).content().isEqualTo(Docs.plotsOf(kept));
    }

    @Test
    void no_result_of_a_run_with_a_failure_is_kept() throws IOException {
        assertThat(Result.allIn(DOCS.kept()))
                .isNotEmpty()
                .allSatisfy(result -> assertThat(result.failures()).isEmpty());
    }

    static List<Path> kept() throws IOException {
        return Result.files(DOCS.kept());
    }
}
