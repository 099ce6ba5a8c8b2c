package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.FreePorts;
import dev.mops.test.TestPostgres;
import dev.mops.test.TestServers;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The ten minutes of messaging's page, as a reader would follow them: its files, its commands, its requests. Not word for
 * word: {@code mvn install} would write into the repository of who builds here, so its artifacts go into one of the test's
 * own; the servers of the tests stand for the two containers, with their own addresses, users and port; and Java sends what
 * {@code curl} would. That the page has these commands and no others is checked, and that its images are the platform's.
 */
class TenMinutesTest {

    private static final Path ROOT = PlatformExtension.root();

    /** What stands between the headings; the other snippets of the page are no files. */
    private static final Pattern MINUTES = Pattern.compile("(?s)\n## Ten minutes\n(.*?)\n## ");

    private static final Pattern FILE = Pattern.compile("(?s)`([\\w/.]+)`:\n\n```\\w+\n(.*?)```\n");
    private static final Pattern COMMAND = Pattern.compile("(?m)^ {4}((?:mvn|docker|java|curl) .*)$");
    private static final Pattern ANSWER = Pattern.compile("(?m)^```\n(\\{.*})\n```$");
    private static final Pattern CURL = Pattern.compile("curl (?:-X (\\w+) )?localhost:8080(/\\S+)");

    private final Path folder;
    private final String page;

    TenMinutesTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.page = only(MINUTES, Files.readString(ROOT.resolve("messaging/README.md")))
                .group(1);
    }

    @Test
    void the_page_makes_of_an_empty_folder_a_service_that_handles_its_event() throws Exception {
        Path service = Files.createDirectory(folder.resolve("visits"));
        List<String> files = new ArrayList<>();
        for (MatchResult file : FILE.matcher(page).results().toList()) {
            Path path = service.resolve(file.group(1));
            Files.createDirectories(path.resolveSibling("."));
            Files.writeString(path, file.group(2));
            files.add(file.group(1));
        }
        assertThat(files).hasSize(8).startsWith("pom.xml");
        List<String> commands =
                COMMAND.matcher(page).results().map(command -> command.group(1)).toList();
        assertThat(commands).hasSize(7).startsWith("mvn install -pl messaging -am -DskipTests");
        String compose = Files.readString(ROOT.resolve("docker-compose.yml"));
        assertThat(commands.subList(1, 3))
                .allSatisfy(docker -> assertThat(docker)
                        .startsWith("docker run -d ")
                        .satisfies(command -> assertThat(compose)
                                .contains("image: " + command.substring(command.lastIndexOf(' ') + 1) + "\n")));

        build(service, commands.get(3));

        int port = FreePorts.find();
        Path log = folder.resolve("service.log");
        Process running = start(service, commands.get(4), port, log);
        try (HttpClient http = HttpClient.newHttpClient()) {
            Shop.eventually().until(() -> !running.isAlive() || listens(http, port));
            assertThat(running.isAlive()).as(() -> read(log)).isTrue();

            assertThat(send(http, port, commands.get(5)).statusCode())
                    .as(() -> read(log))
                    .isEqualTo(200);
            Shop.eventually()
                    .untilAsserted(
                            () -> assertThat(send(http, port, commands.get(6)).body())
                                    .isEqualTo(only(ANSWER, page).group(1)));
        } finally {
            running.destroyForcibly().waitFor();
        }
    }

    private static void build(Path service, String command) throws IOException, InterruptedException {
        assertThat(command).startsWith("mvn ");
        Path repository = repository(service.resolveSibling("repository"));
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.addAll(1, List.of("-B", "-o", "-Dmaven.repo.local=" + repository));
        Path log = service.resolveSibling("build.log");
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(service.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES))
                    .as("%s ends", command)
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(() -> read(log)).isZero();
    }

    /** Other servers and another port than the page's, which may be taken here. */
    private static Process start(Path service, String command, int port, Path log) throws IOException {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        assertThat(words.getFirst()).isEqualTo("java");
        words.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(service.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment()
                .putAll(Map.of(
                        "SERVER_PORT",
                        Integer.toString(port),
                        "SPRING_DATASOURCE_URL",
                        TestServers.postgres().jdbcUrl("ten_minutes"),
                        "SPRING_DATASOURCE_USERNAME",
                        TestPostgres.USER,
                        "SPRING_DATASOURCE_PASSWORD",
                        TestPostgres.PASSWORD,
                        "SPRING_KAFKA_BOOTSTRAP_SERVERS",
                        TestServers.kafka().bootstrapServers()));
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    /** What {@code mvn install} would make: all that is in the repository, and beside it the modules of this build. */
    private static Path repository(Path repository) throws IOException {
        String configured = System.getProperty("localRepository");
        Path real =
                configured == null ? Path.of(System.getProperty("user.home"), ".m2/repository") : Path.of(configured);
        link(real, repository, "dev");
        link(real.resolve("dev"), repository.resolve("dev"), "mops");
        install(repository, "mops", ROOT.resolve("pom.xml"), null);
        install(
                repository,
                "mops-event-contracts",
                ROOT.resolve("event-contracts/pom.xml"),
                ROOT.resolve("event-contracts/target/classes"));
        install(
                repository,
                "mops-messaging-spring-boot-starter",
                ROOT.resolve("messaging/pom.xml"),
                ROOT.resolve("messaging/target/classes"));
        return repository;
    }

    private static void link(Path from, Path to, String except) throws IOException {
        Files.createDirectories(to);
        if (Files.isDirectory(from)) {
            try (Stream<Path> entries = Files.list(from)) {
                for (Path entry : entries.toList()) {
                    String name = from.relativize(entry).toString();
                    if (!name.equals(except)) {
                        Files.createSymbolicLink(to.resolve(name), entry.toAbsolutePath());
                    }
                }
            }
        }
    }

    private static void install(Path repository, String artifact, Path pom, @Nullable Path classes) throws IOException {
        String version = "1.0.0-SNAPSHOT";
        Path at = Files.createDirectories(
                repository.resolve("dev/mops").resolve(artifact).resolve(version));
        Files.copy(pom, at.resolve(artifact + "-" + version + ".pom"));
        if (classes != null) {
            try (JarOutputStream jar = new JarOutputStream(new BufferedOutputStream(
                            Files.newOutputStream(at.resolve(artifact + "-" + version + ".jar"))));
                    Stream<Path> files = Files.walk(classes)) {
                // Folders, too: migrations are looked for in one.
                for (Path file : files.filter(file -> !file.equals(classes)).toList()) {
                    String name = classes.relativize(file).toString();
                    jar.putNextEntry(new JarEntry(Files.isDirectory(file) ? name + "/" : name));
                    if (Files.isRegularFile(file)) {
                        Files.copy(file, jar);
                    }
                    jar.closeEntry();
                }
            }
        }
    }

    private static boolean listens(HttpClient http, int port) throws InterruptedException {
        try {
            return http.send(HttpRequest.newBuilder(uri(port, "/")).build(), BodyHandlers.discarding())
                            .statusCode()
                    > 0;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static HttpResponse<String> send(HttpClient http, int port, String curl)
            throws IOException, InterruptedException {
        MatchResult request = only(CURL, curl);
        String method = Objects.requireNonNullElse(request.group(1), "GET");
        return http.send(
                HttpRequest.newBuilder(uri(port, request.group(2)))
                        .method(method, BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    private static URI uri(int port, String path) {
        return URI.create("http://localhost:" + port + path);
    }

    private static MatchResult only(Pattern pattern, String text) {
        List<MatchResult> results = pattern.matcher(text).results().toList();
        assertThat(results).as("%s in: %s", pattern, text).hasSize(1);
        return results.getFirst();
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
