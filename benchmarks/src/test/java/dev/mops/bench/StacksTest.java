package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StacksTest {

    private static final int ENOUGH = 10;

    @TempDir
    Path folder;

    @Test
    void a_recording_is_folded_into_the_methods_that_ran() throws Exception {
        Path recording = folder.resolve("busy.jfr");
        AtomicInteger samples = new AtomicInteger();
        try (RecordingStream stream = new RecordingStream()) {
            stream.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(1));
            // The samples of threads that wait in native code, which the fold leaves out.
            stream.enable("jdk.NativeMethodSample").withPeriod(Duration.ofMillis(1));
            stream.onEvent("jdk.ExecutionSample", _ -> samples.incrementAndGet());
            stream.startAsync();
            outer(samples);
            stream.dump(recording);
        }

        Stacks stacks = Stacks.read(recording);

        String type = StacksTest.class.getName();
        assertThat(stacks.samples()).isGreaterThanOrEqualTo(ENOUGH);
        assertThat(stacks.self(type + ".inner")).isGreaterThanOrEqualTo(ENOUGH / 2);
        assertThat(stacks.total("dev.mops.bench")).isLessThanOrEqualTo(stacks.samples());
        Stacks.Node thread =
                callee(stacks.all(), Stacks.poolOf(Thread.currentThread().getName()));
        assertThat(below(thread, type + ".outer").callees())
                .extracting(Stacks.Node::name)
                .contains(type + ".inner");
    }

    @Test
    void equal_stacks_are_one_and_a_package_counts_once_for_each_sample() {
        Stacks stacks = new Stacks();
        stacks.add("thread a-N", List.of("dev.mops.order.A.a", "org.apache.kafka.B.b", "dev.mops.order.A.a"));
        stacks.add("thread a-N", List.of("dev.mops.order.A.a", "org.apache.kafka.B.b", "dev.mops.order.A.a"));
        stacks.add("thread a-N", List.of("dev.mops.order.A.a", "tools.jackson.core.C.c"));
        stacks.add("thread b", List.of("dev.mops.order.A.a"));

        assertThat(stacks.samples()).isEqualTo(4);
        assertThat(stacks.total("dev.mops.order")).isEqualTo(4);
        assertThat(stacks.total("org.apache.kafka")).isEqualTo(2);
        assertThat(stacks.total("tools.jackson")).isEqualTo(1);
        assertThat(stacks.self("dev.mops.order.A.a")).isEqualTo(3);
        Stacks.Node first = callee(callee(stacks.all(), "thread a-N"), "dev.mops.order.A.a");
        assertThat(first.count()).isEqualTo(3);
        assertThat(first.callees())
                .extracting(Stacks.Node::name, Stacks.Node::count)
                .containsExactly(tuple("org.apache.kafka.B.b", 2L), tuple("tools.jackson.core.C.c", 1L));
    }

    @Test
    void a_thread_is_known_by_its_pool_and_a_method_by_its_package() {
        assertThat(Stacks.poolOf("http-nio-8081-exec-12")).isEqualTo("thread http-nio-N-exec-N");
        assertThat(Stacks.packageOf("dev.mops.messaging.outbox.Relay.run")).isEqualTo("dev.mops.messaging");
        assertThat(Stacks.packageOf("org.hibernate.engine.spi.X$Y.z")).isEqualTo("org.hibernate");
        assertThat(Stacks.packageOf("Main.main")).isEqualTo("(no package)");
    }

    @Test
    void the_page_shows_each_frame_with_its_share_and_loads_nothing() throws Exception {
        Stacks stacks = new Stacks();
        stacks.add("thread main", List.of("a.b.C.<init>", "a.b.D.run"));
        stacks.add("thread main", List.of("a.b.C.<init>"));

        Profiles.write("a-service", stacks, Duration.ofSeconds(7), folder);

        assertThat(folder.resolve("a-service.html"))
                .content()
                .contains("a-service: 2 samples in 7 s", "a.b.C.&lt;init&gt;: 100.00 %, 2 samples")
                .contains("left:0.0000%;width:50.0000%;top:51px", "a.b.D.run: 50.00 %, 1 samples")
                .doesNotContain("C.<init>", "http:", "https:", "src=", "@import", "@frames@");
        assertThat(Files.readAllLines(folder.resolve("a-service.txt")))
                .contains("  50.0 %  a.b.C.<init>", "  50.0 %  a.b.D.run", " 100.0 % 100.0 %  a.b");
    }

    private static Stacks.Node callee(Stacks.Node node, String name) {
        return node.callees().stream()
                .filter(callee -> callee.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No " + name + " below " + node.name()));
    }

    private static Stacks.Node below(Stacks.Node node, String name) {
        Stacks.Node at = node;
        while (!at.name().equals(name)) {
            at = at.callees().getFirst();
        }
        return at;
    }

    private static void outer(AtomicInteger samples) {
        while (samples.get() < ENOUGH) {
            inner(samples);
        }
    }

    /** Long enough to be compiled on its own, and to be on top whenever it is looked at. */
    private static void inner(AtomicInteger samples) {
        double sum = 0;
        for (int i = 1; i < 3_000_000 && samples.get() < ENOUGH; i++) {
            sum += Math.sqrt(i) / (sum + 1);
        }
        if (Double.isNaN(sum)) {
            throw new AssertionError();
        }
    }
}
