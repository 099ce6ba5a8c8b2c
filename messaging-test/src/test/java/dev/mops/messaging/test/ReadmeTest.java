package dev.mops.messaging.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of the kit quotes code that runs. */
class ReadmeTest {

    private static final Pattern CODE = Pattern.compile("(?s)```java\n(.*?)```");

    @Test
    void each_example_stands_in_the_test_that_the_page_names() throws IOException {
        String test = lines(Path.of("../billing-service/src/test/java/dev/mops/billing/BillingContractTest.java"));
        List<MatchResult> examples =
                CODE.matcher(lines(Path.of("README.md"))).results().toList();

        assertThat(examples).hasSize(2).allSatisfy(example -> assertThat(test).contains(example.group(1)));
    }

    private static String lines(Path file) throws IOException {
        return String.join(
                "\n", Files.readString(file).lines().map(String::strip).toList());
    }
}
