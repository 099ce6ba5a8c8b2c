package dev.mops.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.bench.messaging.MessagingMain;
import dev.mops.local.PostgresServer;
import dev.mops.local.Size;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The module messaging in a small service of its own, without HTTP, JPA or domain, on a database and a broker of their own:
 * what a service can't exceed, whatever it does. Each figure takes a fresh instance of the service with a topic of 12 partitions
 * and one consumer, the module's defaults; and each counts only if all events were claimed, each of them once.
 *
 * <ul>
 *   <li><i>the way through</i>: events that six threads publish, with transactions of 1, 10 or 100, go by outbox, relay, topic and
 *       inbox to an empty handler: events in a second, from the first transaction to the commit of the last claim. Where
 *       transactions are small, to publish is what takes the time.
 *   <li><i>outbox</i>: the relay starts while all events are in the outbox: events in a second until the topic has the last one.
 *   <li><i>inbox</i>: a consumer group starts while all events are in the topic: events in a second from the first claim to the
 *       commit of the last one, with so many events at most in a poll, and so in a transaction.
 *   <li><i>published to handled</i>: events come at their times, each with a transaction of its own: from when it was due to the
 *       commit of its claim. That publishing was late counts.
 * </ul>
 *
 * <p>The service is a process of its own, with the Java options of a service under load. In the benchmark's process it would
 * share a heap with what others have measured, and compiled code that has seen their calls: the figures would depend on what
 * ran before them.
 */
final class MessagingAlone implements AutoCloseable {

    static final String PART = "messaging";

    private static final String DATABASE = "messaging";
    private static final int[] TRANSACTIONS = {1, 10, 100};
    private static final int LOW_RATE = 100;
    // Compiled code stops getting faster: each time is compared with the best one before.
    private static final double STEADY = 1.05;
    private static final Duration END_TIMEOUT = Duration.ofSeconds(30);

    private final Figures figures;
    private final Process service;
    private final PrintStream questions;
    private final BufferedReader answers;
    private final Path log;

    private MessagingAlone(Servers servers, Size size, Figures figures) throws IOException {
        this.figures = figures;
        this.log = servers.folder().resolve("service.log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(size.serviceOptions());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                MessagingMain.class.getName(),
                servers.postgres().jdbcUrl(DATABASE) + "?reWriteBatchedInserts=true&user=" + PostgresServer.USER
                        + "&password=" + PostgresServer.PASSWORD,
                servers.kafka().bootstrapServers()));
        // It ends with its input, and so with this program, however that ends.
        this.service = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.to(log.toFile()))
                .start();
        this.questions = new PrintStream(service.getOutputStream(), true, UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(service.getInputStream(), UTF_8));
    }

    /**
     * How much is measured.
     *
     * @param times each figure is measured
     * @param warmUps the most times that each way is run before, unmeasured; fewer where it gets no faster
     * @param events of each time; batches of 1 and of 10 take a 25th and a fifth of them
     * @param atLowRate how long events are published at the low rate, each time
     */
    record Plan(int times, int warmUps, int events, Duration atLowRate) {

        /** What a run that is to be kept takes. */
        static Plan full(int times) {
            return new Plan(times, 6, 50_000, Duration.ofSeconds(10));
        }

        /** What shows in half a minute whether something has changed. */
        static Plan quick() {
            return new Plan(1, 1, 10_000, Duration.ofSeconds(3));
        }
    }

    /** Starts all that is needed in a folder that is empty, measures, and stops it. */
    static void measure(Path home, Size size, Figures figures, Plan plan) throws IOException, InterruptedException {
        try (Servers servers = Servers.start(home, size)) {
            servers.postgres().createDatabase(DATABASE);
            try (MessagingAlone alone = new MessagingAlone(servers, size, figures)) {
                alone.measure(plan);
            }
        }
    }

    private void measure(Plan plan) throws IOException {
        warmUp(plan, "way 10 " + plan.events());
        for (int perTransaction : TRANSACTIONS) {
            rate(
                    plan,
                    "the way through, transactions of " + perTransaction,
                    "way " + perTransaction + " " + plan.events());
        }
        warmUp(plan, "outbox " + plan.events());
        rate(plan, "outbox", "outbox " + plan.events());
        warmUp(plan, "inbox 500 " + plan.events());
        // Small batches take fewer events: each costs a commit.
        rate(plan, "inbox, batches of 1", "inbox 1 " + plan.events() / 25);
        rate(plan, "inbox, batches of 10", "inbox 10 " + plan.events() / 5);
        rate(plan, "inbox, batches of 100", "inbox 100 " + plan.events());
        rate(plan, "inbox, batches of 500", "inbox 500 " + plan.events());
        latency(plan);
    }

    /** Until it gets no faster. */
    private void warmUp(Plan plan, String question) throws IOException {
        double best = 0;
        int without = 0;
        for (int i = 0; i < plan.warmUps() && without < 2; i++) {
            double now = ask(question).getFirst();
            figures.say("  warm-up: " + Figures.number(now) + " events/s");
            without = now > STEADY * best ? 0 : without + 1;
            best = Math.max(best, now);
        }
    }

    private void rate(Plan plan, String name, String question) throws IOException {
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < plan.times(); i++) {
            values.add(ask(question).getFirst());
        }
        figures.rate(PART, name, "events/s", values);
    }

    private void latency(Plan plan) throws IOException {
        List<Spread> spreads = new ArrayList<>();
        for (int i = 0; i < plan.times(); i++) {
            spreads.add(Spread.ofMicros(
                    ask("latency " + LOW_RATE + " " + plan.atLowRate().toSeconds()).stream()
                            .mapToLong(Double::longValue)
                            .toArray()));
        }
        String name = "published to handled at " + LOW_RATE + " events/s, ";
        figures.cost(
                PART, name + "p50", "ms", spreads.stream().map(Spread::median).toList());
        figures.cost(
                PART,
                name + "p99",
                "ms",
                spreads.stream().map(each -> each.at(0.99)).toList());
    }

    private List<Double> ask(String question) throws IOException {
        questions.println(question);
        String answer = answers.readLine();
        if (answer == null || answer.startsWith(MessagingMain.FAILED)) {
            throw new IllegalStateException("The measurement " + question + " "
                    + (answer == null ? "has no answer: the service has ended" : answer) + " (log: " + log + ")");
        }
        return Stream.of(answer.split(" ", -1)).map(Double::valueOf).toList();
    }

    @Override
    public void close() throws IOException {
        // It ends with its input.
        questions.close();
        try {
            if (!service.waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                service.destroyForcibly();
            }
        } catch (InterruptedException e) {
            service.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        answers.close();
    }
}
