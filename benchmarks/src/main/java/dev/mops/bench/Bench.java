package dev.mops.bench;

import dev.mops.bench.Result.Shape;
import dev.mops.local.LocalPlatformException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The benchmark's program. */
public final class Bench {

    private static final String LIMITS = "limits";
    private static final String PLATFORM = "platform";
    private static final String MESSAGING = "messaging";
    private static final String PROFILES = "profiles";
    private static final List<String> PARTS = List.of(LIMITS, PLATFORM, MESSAGING, PROFILES);

    private final Path root;
    private final Path home;
    private final Options options;
    private final Figures figures;
    private final boolean whole;

    private Bench(Path root, Path home, Options options, Figures figures) {
        this.root = root;
        this.home = home;
        this.options = options;
        this.figures = figures;
        this.whole = options.shape() == Shape.WHOLE;
    }

    /** Measures; the system property {@code mops.root} names the repository. */
    public static void main(String[] args) throws Exception {
        System.getProperties().putIfAbsent("logback.configurationFile", "dev/mops/local/quiet-logback.xml");
        try {
            Path root = Path.of(System.getProperty("mops.root", "")).toAbsolutePath();
            Options options = Options.of(PARTS, args);
            Path home = Files.createTempDirectory("mops-bench");
            Results results = Results.begin(root, home, System.out);
            Figures figures = new Figures(System.out);
            new Bench(root, home, options, figures).measure();
            results.end(options.shape(), figures.all(), options.keep());
        } catch (LocalPlatformException e) {
            System.err.println("mops: " + e.getMessage());
            System.exit(1);
        }
    }

    private void measure() throws Exception {
        if (asked(LIMITS)) {
            Baselines.measure(
                    home.resolve(LIMITS), figures, times(), Duration.ofSeconds(2), Duration.ofSeconds(whole ? 5 : 3));
        }
        if (asked(PLATFORM) || asked(PROFILES)) {
            platform();
        }
        if (asked(MESSAGING)) {
            figures.say("the messaging module alone");
            MessagingAlone.measure(
                    home.resolve(MESSAGING),
                    figures,
                    whole ? MessagingAlone.Plan.full(times()) : MessagingAlone.Plan.quick());
        }
    }

    private void platform() throws IOException, SQLException, InterruptedException {
        figures.say("the platform");
        List<String> settings = Stream.of(
                        System.getProperty("mops.bench.settings", "").split(" ", -1))
                .filter(setting -> !setting.isEmpty())
                .toList();
        try (Shop shop = Shop.open(root, home.resolve(PLATFORM), settings, figures::say)) {
            PlatformByHttp platform = new PlatformByHttp(shop, figures, times());
            platform.warmUp();
            if (asked(PLATFORM)) {
                double saturation = platform.saturation(Duration.ofSeconds(whole ? 20 : 10));
                platform.latency("10 orders/s", 10, Duration.ofSeconds(whole ? 30 : 10));
                platform.latency("100 orders/s", 100, Duration.ofSeconds(whole ? 20 : 5));
                if (whole) {
                    if (saturation > 1_000) {
                        platform.latency("1,000 orders/s", 1_000, Duration.ofSeconds(20));
                    }
                    platform.latency("80 % of saturation", 0.8 * saturation, Duration.ofSeconds(20));
                }
            }
            if (asked(PROFILES)) {
                Profiles.underLoad(shop, Duration.ofSeconds(20), home.resolve(PROFILES));
                figures.say("  profiles: " + home.resolve(PROFILES));
            }
        }
    }

    private int times() {
        return whole ? 3 : 1;
    }

    private boolean asked(String part) {
        return options.parts().contains(part);
    }
}
