package dev.mops.bench;

import dev.mops.local.LocalPlatformException;
import dev.mops.local.ServiceProcess;
import dev.mops.local.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the processes of a platform have of the machine's memory, and what lives on the heaps of its services. A heap of a
 * fixed size looks the same whatever is in it; so the JVM counts what is still reachable, after a collection.
 *
 * @param resident bytes of each process
 * @param live bytes of the objects of each service
 */
record Memory(Map<String, Long> resident, Map<String, Long> live) {

    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
    private static final double MEBIBYTE = 1_048_576.0;

    static Memory of(Shop shop) throws InterruptedException {
        Map<String, Long> resident = new TreeMap<>();
        // Before the collections, which touch all of a heap.
        for (Map.Entry<String, Usage> usage : shop.usage().entrySet()) {
            resident.put(usage.getKey(), usage.getValue().residentBytes());
        }
        Map<String, Long> live = new TreeMap<>();
        for (ServiceProcess service : shop.platform().instances()) {
            if (service.isRunning()) {
                live.put(service.name(), live(service));
            }
        }
        return new Memory(resident, live);
    }

    private static long live(ServiceProcess service) throws InterruptedException {
        try {
            return total(Jcmd.run(service, "GC.class_histogram"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes of all objects of a histogram. */
    static long total(String histogram) {
        Matcher total = TOTAL.matcher(histogram);
        if (!total.find()) {
            throw new LocalPlatformException("No total in the histogram of a heap: "
                    + histogram.substring(0, Math.min(200, histogram.length())));
        }
        return Long.parseLong(total.group(1));
    }

    void tell(Figures figures, String part, String when) {
        resident.forEach((process, bytes) ->
                figures.cost(part, "memory of " + process + when, "MiB", List.of(bytes / MEBIBYTE)));
        tellLive(List.of(this), figures, part, when);
    }

    /** What lives on the heaps, of several times. */
    static void tellLive(List<Memory> times, Figures figures, String part, String when) {
        for (String service : times.getFirst().live.keySet()) {
            figures.cost(
                    part,
                    "live objects of " + service + when,
                    "MiB",
                    times.stream()
                            .filter(memory -> memory.live.containsKey(service))
                            .map(memory -> memory.live.getOrDefault(service, 0L) / MEBIBYTE)
                            .toList());
        }
    }
}
