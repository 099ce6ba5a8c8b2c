package dev.mops.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/** The stacks that were seen in a recording, folded: how often each frame was seen below the same callers. */
final class Stacks {

    private static final String SAMPLE = "jdk.ExecutionSample";
    private static final String CUT = "(deeper than was recorded)";
    private static final int MOST_LINES = 30;
    // Classes that are made at run time end with an address of their own in each process.
    private static final Pattern ADDRESS = Pattern.compile("[./+]0x[0-9a-f]+.*");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    // Names that say little until their third part.
    private static final Set<String> WIDE = Set.of("org.apache", "dev.mops");

    private final Node all = new Node("all");
    private final Map<String, Long> self = new HashMap<>();
    private final Map<String, Long> packages = new HashMap<>();
    private final Map<String, Long> packagesSelf = new HashMap<>();

    /** Frames that were seen below the same callers. */
    static final class Node {

        private final String name;
        private final Map<String, Node> callees = new HashMap<>();
        private long count;

        private Node(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }

        /** Samples in which it was seen, whatever it called. */
        long count() {
            return count;
        }

        /** The most frequent first. */
        List<Node> callees() {
            return callees.values().stream()
                    .sorted(Comparator.comparingLong(Node::count).reversed().thenComparing(Node::name))
                    .toList();
        }
    }

    /** Reads the samples of Java code from a file of JFR; those of native methods are threads that wait, for the most part. */
    static Stacks read(Path recording) throws IOException {
        Stacks stacks = new Stacks();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                RecordedStackTrace trace = event.getStackTrace();
                if (event.getEventType().getName().equals(SAMPLE) && trace != null) {
                    stacks.add(threadOf(event), frames(trace));
                }
            }
        }
        return stacks;
    }

    private static List<String> frames(RecordedStackTrace trace) {
        Stream<String> outermostFirst = trace.getFrames().reversed().stream()
                .filter(RecordedFrame::isJavaFrame)
                .map(frame -> nameOf(frame.getMethod()));
        return (trace.isTruncated() ? Stream.concat(Stream.of(CUT), outermostFirst) : outermostFirst).toList();
    }

    private static String nameOf(RecordedMethod method) {
        return ADDRESS.matcher(method.getType().getName()).replaceFirst("") + "." + method.getName();
    }

    private static String threadOf(RecordedEvent event) {
        var thread = event.getThread("sampledThread");
        String name = thread == null ? null : thread.getJavaName();
        return poolOf(name == null || name.isEmpty() ? "unnamed" : name);
    }

    /** Threads of one pool are one: they differ by a number. */
    static String poolOf(String thread) {
        return "thread " + NUMBER.matcher(thread).replaceAll("N");
    }

    /**
     * Adds a sample.
     *
     * @param thread under which the frames stand
     * @param frames {@code class.method}, the outermost first
     */
    void add(String thread, List<String> frames) {
        if (frames.isEmpty()) {
            return;
        }
        Node node = all;
        node.count++;
        for (String name : Stream.concat(Stream.of(thread), frames.stream()).toList()) {
            node = node.callees.computeIfAbsent(name, Node::new);
            node.count++;
        }
        self.merge(frames.getLast(), 1L, Long::sum);
        packagesSelf.merge(packageOf(frames.getLast()), 1L, Long::sum);
        // Once for each sample, however often it calls itself.
        new HashSet<>(frames.stream().map(Stacks::packageOf).toList())
                .forEach(each -> packages.merge(each, 1L, Long::sum));
    }

    long samples() {
        return all.count;
    }

    Node all() {
        return all;
    }

    /** Samples with this method on top. */
    long self(String method) {
        return self.getOrDefault(method, 0L);
    }

    /** Samples with a method of this package, or of one below it, anywhere. */
    long total(String group) {
        return packages.getOrDefault(group, 0L);
    }

    /** The first two parts of the name of a frame's package, or three where two say little. */
    static String packageOf(String frame) {
        List<String> parts = List.of(frame.split("\\.", -1));
        List<String> folders = parts.subList(0, Math.max(0, parts.size() - 2));
        if (folders.isEmpty()) {
            return frame.equals(CUT) ? CUT : "(no package)";
        }
        String two = folders.stream().limit(2).collect(Collectors.joining("."));
        return WIDE.contains(two) && folders.size() > 2 ? two + "." + folders.get(2) : two;
    }

    /** The methods and the packages that take the most, for people. */
    String summary() {
        return """
                Methods, by the samples in which they were on top themselves

                %s
                Packages, by the samples in which they were anywhere, and those in which they were on top

                %s""".formatted(
                        top(self.keySet(), method -> self.getOrDefault(method, 0L))
                                .map(method -> share(self(method)) + "  " + method + "\n")
                                .collect(Collectors.joining()),
                        top(packages.keySet(), this::total)
                                .map(each -> share(total(each)) + share(packagesSelf.getOrDefault(each, 0L)) + "  "
                                        + each + "\n")
                                .collect(Collectors.joining()));
    }

    private static Stream<String> top(Collection<String> names, ToLongFunction<String> count) {
        return names.stream()
                .sorted(Comparator.comparingLong(count).reversed().thenComparing(Comparator.naturalOrder()))
                .limit(MOST_LINES);
    }

    private String share(long count) {
        return String.format(Locale.ROOT, "%6.1f %%", 100.0 * count / samples());
    }
}
