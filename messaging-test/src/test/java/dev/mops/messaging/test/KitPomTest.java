package dev.mops.messaging.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a team takes with the kit. */
class KitPomTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern DEPENDENCY = Pattern.compile(
            "(?s)<dependency>\\s*<groupId>dev\\.mops</groupId>\\s*<artifactId>([\\w-]+)</artifactId>\\s*</dependency>");

    @Test
    void the_order_events_do_not_come_with_the_kit() throws IOException {
        Set<String> modules = new HashSet<>();
        collect("mops-messaging-test", modules);

        assertThat(modules)
                .contains("mops-messaging-spring-boot-starter", "mops-event-contracts", "mops-test-servers")
                .doesNotContain("mops-common-events");
    }

    /** The modules that one brings: those that it depends on in the scope of its main classes. */
    private static void collect(String module, Set<String> modules) throws IOException {
        if (modules.add(module)) {
            for (MatchResult dependency :
                    DEPENDENCY.matcher(pom(module)).results().toList()) {
                collect(dependency.group(1), modules);
            }
        }
    }

    private static String pom(String module) throws IOException {
        try (Stream<Path> folders = Files.list(ROOT)) {
            for (Path pom : folders.map(folder -> folder.resolve("pom.xml"))
                    .filter(Files::isRegularFile)
                    .toList()) {
                String text = Files.readString(pom);
                if (text.contains("\n  <artifactId>" + module + "</artifactId>")) {
                    return text;
                }
            }
        }
        throw new IllegalArgumentException("There is no module " + module);
    }
}
