package dev.mops.system;

import dev.mops.local.Platform;
import dev.mops.local.Ports;
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
 * stopped at the end. After each class it is audited.
 */
final class PlatformExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(PlatformExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        Running running = running(context);
        running.shop.forget();
        running.audit.begin();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        running(context).audit.end();
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

    /** The platform with its shop, stopped when JUnit ends. */
    private static final class Running implements AutoCloseable {

        private final Platform platform;
        private final Shop shop;
        private final Audit audit;

        Running() {
            Path root = root();
            // Where its logs can be read afterwards, and mvn clean finds it.
            platform = Platform.at(root, root.resolve("system-tests/target/platform"), Ports.free());
            platform.stop();
            platform.deleteData();
            // For the run that is interrupted; else JUnit closes it.
            Runtime.getRuntime().addShutdownHook(new Thread(platform::stop));
            platform.start(System.out::println);
            shop = new Shop(platform);
            audit = new Audit(shop);
        }

        @Override
        public void close() {
            platform.stop();
        }
    }
}
