package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Platform;
import dev.mops.local.Ports;
import dev.mops.local.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the {@link Shop}: one platform for all test classes, as processes on free ports, started at the first use and
 * stopped at the end. After each class it is audited. With {@code -Dmops.platform=compose} the platform is the one that
 * {@code docker compose up} has started, on its fixed ports.
 */
final class PlatformExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {

    private static final String PLATFORM = "mops.platform";
    private static final String COMPOSE = "compose";
    private static final Namespace NAMESPACE = Namespace.create(PlatformExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        Running running = running(context);
        running.shop.forget();
        running.audit.begin();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        running(context).end();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Shop.class;
    }

    @Override
    public Shop resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return running(context).shop;
    }

    private static Running running(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Running.class, key -> new Running(), Running.class);
    }

    /** The folder of the repository. */
    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Stream.iterate(here, folder -> folder.getParent() != null, Path::getParent)
                .filter(folder -> Files.exists(folder.resolve("docs/state-tables.md")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(here + " is not in the repository"));
    }

    /** The platform with its shop; if it was started here, it is stopped when JUnit ends. */
    private static final class Running implements AutoCloseable {

        private final Path root = root();
        private final boolean isCompose = COMPOSE.equals(System.getProperty(PLATFORM));
        private final Platform platform;
        private final Shop shop;
        private final Audit audit;

        Running() {
            // Where its logs can be read afterwards, and mvn clean finds it.
            Path home = root.resolve("system-tests/target/platform");
            platform = Platform.at(root, home, isCompose ? Ports.demo() : Ports.free());
            if (!isCompose) {
                platform.stop();
                platform.deleteData();
                // For the run that is interrupted; else JUnit closes it.
                Runtime.getRuntime().addShutdownHook(new Thread(platform::stop));
                platform.start(System.out::println);
            }
            shop = new Shop(platform);
            audit = new Audit(shop);
        }

        void end() {
            if (isCompose) {
                writeLogs();
            }
            audit.end();
        }

        /** To where the processes of the local platform write theirs. */
        private void writeLogs() {
            for (ServiceProcess service : platform.instances()) {
                writeLog(service.name(), service.log());
            }
            writeLog("billing-port", platform.service("billing-service").log().resolveSibling("billing-port.log"));
            writeLog("kafka", platform.kafka().log());
            writeLog("postgres", platform.postgres().log());
        }

        private void writeLog(String container, Path log) {
            try {
                Files.createDirectories(log.resolveSibling("."));
                Process logs = new ProcessBuilder("docker", "compose", "logs", "--no-color", container)
                        .directory(root.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
                assertThat(logs.waitFor()).as("docker compose logs").isZero();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            if (!isCompose) {
                platform.stop();
            }
        }
    }
}
