package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.FakePlatform.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code mops replay} does not take. With servers: ReplayTest; with real services: HistoryReplayTest of system-tests. */
class ReplayCommandTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    yesterday            | new  | order  | --from must be beginning or a time such as 2026-11-22T10:15:30Z, not yesterday
                    2026-11-22           | new  | order  | --from must be beginning or a time such as 2026-11-22T10:15:30Z, not 2026-11-22
                    2999-01-01T00:00:00Z | new  | order  | --from 2999-01-01T00:00:00Z has not come yet
                    1969-12-31T23:59:59Z | new  | order  | --from must be beginning or a time from 1970 on
                    beginning            | New  | order  | is no name for a consumer group here: it begins with a letter
                    beginning            | a;b  | order  | is no name for a consumer group here
                    beginning            | billing-service  | order | is the name of a program's own group
                    beginning            | tomorrow-service | order | or may become one's
                    beginning            | notifier         | order | is the name of a program's own group
                    beginning            | reporting-retry  | order | is the name of a program's own group
                    beginning            | new  | nobody | No service nobody-service: there are [order-service, billing-service]
                    beginning            | new  | order  | The platform is not running: ./mops up starts it
                    """)
    void what_it_does_not_understand_is_refused_with_what_it_would(
            String from, String group, String service, String message) throws IOException {
        Files.createDirectories(folder.resolve("examples").resolve("notifier"));
        try (FakePlatform platform = new FakePlatform(folder)) {
            Result result = platform.mops("replay", "--from", from, "--group", group, "--service", service);

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err()).contains(message);
        }
    }

    @ParameterizedTest
    @CsvSource({"--group=new, --from=", "--from=beginning, --group="})
    void what_it_needs_is_asked_for(String given, String missing) throws IOException {
        try (FakePlatform platform = new FakePlatform(folder)) {
            Result result = platform.mops("replay", given);

            assertThat(result.status()).isEqualTo(2);
            assertThat(result.err()).contains("Missing required option: '" + missing);
        }
    }
}
