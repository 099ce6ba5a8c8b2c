package dev.mops.bench;

import dev.mops.bench.Result.Failure;
import dev.mops.bench.Result.Shape;
import dev.mops.local.LocalPlatformException;
import dev.mops.local.Size;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The benchmark's program. */
public final class Bench {

    private static final String LIMITS = "limits";
    private static final String PLATFORM = "platform";
    private static final String MESSAGING = "messaging";
    private static final String PROFILES = "profiles";
    private static final List<String> PARTS = List.of(LIMITS, PLATFORM, MESSAGING, PROFILES, Mixes.PART, Growth.PART);

    private final Path root;
    private final Path data;
    private final Path profiles;
    private final Options options;
    private final Figures figures;
    private final boolean whole;

    private Bench(Path root, Path data, Path profiles, Options options, Figures figures) {
        this.root = root;
        this.data = data;
        this.profiles = profiles;
        this.options = options;
        this.figures = figures;
        this.whole = options.shape() == Shape.WHOLE;
    }

    /**
     * Measures. The system property {@code mops.root} names the repository, {@code mops.home} the folder for all that is
     * written. Where a part fails, the others are measured all the same, and the status is 1.
     */
    public static void main(String[] args) throws Exception {
        System.getProperties().putIfAbsent("logback.configurationFile", "dev/mops/local/quiet-logback.xml");
        try {
            Options options = Options.of(Bench::parts, args);
            Path root = Path.of(System.getProperty("mops.root", "")).toAbsolutePath();
            Path home = Path.of(
                    System.getProperty("mops.home", root.resolve(".mops").toString()));
            Figures figures = new Figures(System.out);
            Results results = Results.begin(home.resolve("bench"), root, System.out);
            Path data = results.file("-data");
            AtomicBoolean failed = new AtomicBoolean();
            // What has failed names its log.
            AtEnd.run(() -> Folder.delete(data, failed.get()));
            AtEnd.run(AtEnd::killStarted);
            new Bench(root, data, results.profiles(), options, figures).measure();
            List<Failure> failures = figures.failures();
            failed.set(!failures.isEmpty());
            results.end(options.shape(), figures.all(), failures, options.keep());
            System.exit(failures.isEmpty() ? 0 : 1);
        } catch (LocalPlatformException e) {
            System.err.println("mops: " + e.getMessage());
            System.exit(1);
        }
    }

    /** Those of each shape; any others are measured if they are asked for. */
    private static List<String> parts(Shape shape) {
        return switch (shape) {
            case WHOLE -> PARTS;
            case QUICK -> List.of(LIMITS, PLATFORM, MESSAGING);
            case SMOKE -> List.of(LIMITS, PLATFORM);
        };
    }

    private void measure() throws InterruptedException {
        part(LIMITS, this::limits);
        if (asked(PLATFORM) || asked(PROFILES) || asked(Mixes.PART) || asked(Growth.PART)) {
            attempt(PLATFORM, this::platform);
        }
        part(MESSAGING, this::messaging);
    }

    private void limits() throws Exception {
        Path folder = data.resolve(LIMITS);
        switch (options.shape()) {
            case WHOLE -> Baselines.measure(folder, figures, times(), Duration.ofSeconds(2), Duration.ofSeconds(5));
            case QUICK -> Baselines.measureLimits(folder, figures, Duration.ofSeconds(1));
            case SMOKE -> Baselines.measureLeast(folder, figures, Duration.ofSeconds(2));
        }
    }

    private void platform() throws IOException, SQLException, InterruptedException {
        figures.say("the platform");
        try (Shop shop = Shop.open(root, data.resolve(PLATFORM), size(), Mixes.SETTINGS, figures::say)) {
            PlatformByHttp platform = new PlatformByHttp(shop, figures, times());
            platform.warmUp(
                    switch (options.shape()) {
                        case WHOLE -> Duration.ofMinutes(8);
                        case QUICK -> Duration.ofSeconds(30);
                        case SMOKE -> Duration.ofSeconds(15);
                    });
            Memory first = Memory.of(shop);
            part(PLATFORM, () -> measure(platform));
            part(PROFILES, () -> {
                Profiles.underLoad(shop, Duration.ofSeconds(20), profiles);
                figures.say("  profiles: " + profiles);
            });
            part(Mixes.PART, () -> {
                figures.say("mixes");
                new Mixes(shop, figures, whole ? Mixes.Plan.full(times()) : Mixes.Plan.quick()).measure();
            });
            part(Growth.PART, () -> {
                figures.say("growth");
                Growth growth = new Growth(shop, figures, whole ? Growth.Plan.full(times()) : Growth.Plan.quick());
                growth.measure();
                growth.memory(first);
            });
        }
    }

    private void measure(PlatformByHttp platform) throws SQLException, InterruptedException {
        double saturation = platform.saturation(Duration.ofSeconds(whole ? 20 : 10));
        if (options.shape() == Shape.SMOKE) {
            return;
        }
        platform.latency("10 orders/s", 10, Duration.ofSeconds(whole ? 30 : 10));
        platform.latency("100 orders/s", 100, Duration.ofSeconds(whole ? 20 : 5));
        if (whole) {
            platform.latency("80 % of saturation", 0.8 * saturation, Duration.ofSeconds(20));
            // Whether or not it carries as much: then the figures say how long the line gets in that time.
            platform.latency("1,000 orders/s", 1_000, Duration.ofSeconds(10));
        }
    }

    private void messaging() throws IOException, InterruptedException {
        figures.say("the messaging module alone");
        MessagingAlone.measure(
                data.resolve(MESSAGING),
                size(),
                figures,
                whole ? MessagingAlone.Plan.full(times()) : MessagingAlone.Plan.quick());
    }

    private interface Part {
        void measure() throws Exception;
    }

    private void part(String name, Part part) throws InterruptedException {
        if (asked(name)) {
            attempt(name, part);
        }
    }

    /** A part that fails keeps neither the others from being measured nor what was measured from being told. */
    private void attempt(String name, Part part) throws InterruptedException {
        try {
            part.measure();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | Error e) {
            AtEnd.stayIfBegun();
            figures.failed(name, e);
        }
    }

    private Size size() {
        return whole ? Shop.SIZE : Shop.QUICK_SIZE;
    }

    private int times() {
        return whole ? 3 : 1;
    }

    private boolean asked(String part) {
        return options.parts().contains(part);
    }
}
