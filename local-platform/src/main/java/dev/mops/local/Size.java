package dev.mops.local;

import java.util.List;
import java.util.stream.Stream;

/**
 * How much the processes of a platform may take.
 *
 * @param service Java options of each service, beside those of the demo
 * @param kafka Java options of the broker, beside those of the demo
 * @param postgres settings of the database server, as arguments, beside those of the demo
 */
public record Size(List<String> service, List<String> kafka, String postgres) {

    /** Small and quick to start: what a demo and tests need. */
    public static final Size DEMO = new Size(List.of(), List.of(), "");

    /**
     * For load: the compiler takes the time that it needs, and checkpoints come seldom. What is durable stays durable.
     */
    public static final Size LOAD = new Size(
            List.of(
                    "-Xms512m",
                    "-Xmx512m",
                    "-XX:TieredStopAtLevel=4",
                    "-XX:CompileThresholdScaling=1",
                    "-XX:ReservedCodeCacheSize=240m"),
            List.of("-Xms1g", "-Xmx1g", "-XX:TieredStopAtLevel=4", "-XX:CompileThresholdScaling=1"),
            "-c shared_buffers=1GB -c max_wal_size=8GB -c checkpoint_timeout=30min");

    /** All Java options of a service of this size, those of the demo first: what comes later wins. */
    public List<String> serviceOptions() {
        return Stream.concat(ServiceApp.JVM_OPTIONS.stream(), service.stream()).toList();
    }
}
