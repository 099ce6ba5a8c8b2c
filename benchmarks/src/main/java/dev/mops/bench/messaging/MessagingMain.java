package dev.mops.bench.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

/**
 * The program of the service under test. Each line that it reads names a measurement with its numbers, for example
 * {@code way 10 50000}; each line that it writes has what came out. It ends with its input.
 */
public final class MessagingMain {

    /** Begins an answer that has no numbers, but the reason. */
    public static final String FAILED = "failed: ";

    private MessagingMain() {}

    /** Takes the JDBC address of the database, with its user, and the address of the broker. */
    public static void main(String[] args) throws IOException {
        PrintStream answers = System.out;
        // What libraries say is no answer.
        System.setOut(System.err);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        try (Measurements measurements = new Measurements(args[0], args[1])) {
            for (String question = questions.readLine(); question != null; question = questions.readLine()) {
                answers.println(answer(measurements, List.of(question.split(" ", -1))));
                answers.flush();
            }
        }
    }

    private static String answer(Measurements measurements, List<String> question) {
        try {
            List<Integer> numbers =
                    question.stream().skip(1).map(Integer::valueOf).toList();
            List<? extends Number> result =
                    switch (question.getFirst()) {
                        case "way" -> List.of(measurements.way(numbers.get(0), numbers.get(1)));
                        case "outbox" -> List.of(measurements.outbox(numbers.get(0)));
                        case "inbox" -> List.of(measurements.inbox(numbers.get(0), numbers.get(1)));
                        case "latency" -> measurements.latency(numbers.get(0), numbers.get(1));
                        default -> throw new IllegalArgumentException("No measurement: " + question.getFirst());
                    };
            return result.stream().map(Object::toString).collect(Collectors.joining(" "));
        } catch (RuntimeException | ExecutionException e) {
            e.printStackTrace(System.err);
            return FAILED + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED + e;
        }
    }
}
