package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.system.Checkout.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/changing-events.md}, followed in a copy of the repository: a field is added, then a major version, and then
 * one rule after the other is broken. The build ends each time with what the page says that it says.
 */
class ChangingEventsTest {

    private static final Pattern COMMAND = Pattern.compile("(?m)^ +(mvn test -pl common-events .*)$");
    private static final Pattern MESSAGE = Pattern.compile("(?m)^\\| `([^`]+)`");
    private static final String EVENTS = "common-events/src/main/java/dev/mops/events/order/";
    private static final String SCHEMAS = "common-events/src/main/resources/schemas/";
    private static final String WIRE = "common-events/src/test/resources/wire/";
    private static final String SAMPLES = "common-events/src/test/java/dev/mops/events/order/OrderEventSamples.java";
    private static final String RESUMED = EVENTS + "OrderResumed.java";

    private final Checkout checkout;
    private final String page;

    ChangingEventsTest(@TempDir Path folder) throws IOException {
        this.checkout = Checkout.in(folder);
        this.page = Files.readString(PlatformExtension.root().resolve("docs/changing-events.md"));
    }

    @Test
    void who_follows_the_page_changes_an_event_and_who_breaks_a_rule_is_told_in_the_words_of_the_page()
            throws Exception {
        addAField();
        changeWhatIsThere();

        List<String> promised = new ArrayList<>(MESSAGE.matcher(page.substring(page.indexOf("## What the build says")))
                .results()
                .map(message -> message.group(1))
                .toList());
        assertThat(promised).hasSize(13);
        for (Break rule : breaks()) {
            promised.remove(rule.promise());
            broken(rule);
        }
        assertThat(promised).as("messages that were not seen").isEmpty();
        assertThat(build())
                .as("everything is as it was")
                .extracting(Result::status)
                .isEqualTo(0);
    }

    /** Its section, step by step. */
    private void addAField() throws Exception {
        copySchema("1.0", "1.1");
        checkout.change(
                SCHEMAS + "order.resumed/1.1.json",
                "\"properties\": {",
                "\"properties\": {\n    \"by\": {\n      \"description\": \"Who acted\",\n      \"type\": \"string\",\n"
                        + "      \"maxLength\": 50\n    },");
        checkout.change(
                RESUMED,
                "record OrderResumed(UUID orderId, String service)",
                "record OrderResumed(UUID orderId," + " String service, @org.jspecify.annotations.Nullable String by)");
        checkout.change(
                RESUMED,
                "map(orderId -> new OrderResumed(orderId, service))",
                "map(orderId -> new OrderResumed(orderId," + " service, null))");
        checkout.change(
                "common-events/src/test/java/dev/mops/events/order/OrderHeldUpTest.java",
                "new OrderResumed(ORDER, \"billing-service\")",
                "new OrderResumed(ORDER, \"billing-service\", null)");
        checkout.change(
                EVENTS + "OrderEvents.java", "\"order.resumed\", \"1.0\")", "\"order.resumed\", \"1.0\", \"1.1\")");
        checkout.change(SAMPLES, "new OrderResumed(ORDER, \"billing-service\")));", """
                new OrderResumed(ORDER, "billing-service", null)),
                            sample(
                                    "0199a3f0-5d00-7000-8000-0000000000f1",
                                    "order.resumed",
                                    "1.1",
                                    "/billing-service",
                                    RESERVED,
                                    new OrderResumed(ORDER, "billing-service", "Ada")));
                """);

        assertThat(build().output()).contains("order.resumed/1.1 is not released yet.");
        release();
    }

    private void changeWhatIsThere() throws Exception {
        copySchema("1.1", "2.0");
        checkout.change(SCHEMAS + "order.resumed/2.0.json", "\"by\": {", "\"operator\": {");
        checkout.change(RESUMED, "Nullable String by)", "Nullable String operator)");
        Files.writeString(checkout.root().resolve(EVENTS + "OperatorOfResumed.java"), """
                package dev.mops.events.order;

                import dev.mops.events.MajorChange;
                import tools.jackson.databind.node.ObjectNode;

                /** What was by is the operator. */
                final class OperatorOfResumed implements MajorChange {

                    @Override
                    public ObjectNode upcast(ObjectNode payload) {
                        return renamed(payload, "by", "operator");
                    }

                    @Override
                    public ObjectNode downcast(ObjectNode payload) {
                        return renamed(payload, "operator", "by");
                    }

                    private static ObjectNode renamed(ObjectNode payload, String from, String to) {
                        if (payload.has(from)) {
                            payload.set(to, payload.remove(from));
                        }
                        return payload;
                    }
                }
                """);
        checkout.change(EVENTS + "OrderEvents.java", "\"order.resumed\", \"1.0\", \"1.1\")", """
                "order.resumed", "1.0", "1.1", "2.0")
                            .change("order.resumed", 2, new OperatorOfResumed())
                """.stripTrailing());
        checkout.change(SAMPLES, "new OrderResumed(ORDER, \"billing-service\", \"Ada\")));", """
                new OrderResumed(ORDER, "billing-service", "Ada")),
                            sample(
                                    "0199a3f0-5d00-7000-8000-0000000000f2",
                                    "order.resumed",
                                    "2.0",
                                    "/billing-service",
                                    RESERVED,
                                    new OrderResumed(ORDER, "billing-service", "Ada")));
                """);

        release();
    }

    /** Each row of the page's table, by what leads to it, and back. */
    private List<Break> breaks() {
        String schema = SCHEMAS + "order.resumed/";
        String digests = SCHEMAS + "released.sha256";
        return List.of(
                new Break(
                        "… has been released and was changed. A released schema never changes …",
                        schema + "1.0.json",
                        "The order, and",
                        "An order, and",
                        "order.resumed/1.0 has been released and was changed. A released schema never changes"),
                new Break(
                        "… has been released, and its schema is gone: put it back",
                        digests,
                        "  order.resumed/1.0.json",
                        "  order.resumed/2.1.json",
                        "order.resumed/2.1 has been released, and its schema is gone: put it back"),
                new Break(
                        "… is not released yet. When it is as you want it, run this test with -Dmops.contracts=release …",
                        digests,
                        "  order.resumed/2.0.json",
                        "  order.unknown/2.0.json",
                        "order.resumed/2.0 is not released yet. When it is as you want it, run this test with"
                                + " -Dmops.contracts=release"),
                new Break(
                        "… is no minor version of …: <reasons>. Make it <next major>, with a MajorChange in its family",
                        schema + "1.1.json",
                        "\"maxLength\": 200",
                        "\"maxLength\": 300",
                        "order.resumed/1.1 is no minor version of 1.0: /service: maxLength was 200 and is 300. Make it"
                                + " 3.0, with a MajorChange in its family"),
                new Break(
                        "The change to … 2.x is missing: records of 1.x could not be read",
                        EVENTS + "OrderEvents.java",
                        ".change(\"order.resumed\", 2, new OperatorOfResumed())",
                        "",
                        "The change to order.resumed 2.x is missing: records of 1.x could not be read"),
                new Break(
                        "… at <place>: in the record …, not in the schema",
                        RESUMED,
                        "Nullable String operator)",
                        "Nullable String clerk)",
                        "order.resumed/2.0 at /clerk: in the record OrderResumed, not in the schema"),
                new Break(
                        "… at <place>: <keyword> is not in the subset",
                        schema + "2.0.json",
                        "\"maxLength\": 50",
                        "\"maxLength\": 50, \"deprecated\": true",
                        "order.resumed/2.0 at /operator: deprecated is not in the subset"),
                new Break(
                        "… is there and not read: name it in the family …",
                        digests,
                        "  order.resumed/2.0.json",
                        "  order.resumed/2.0.json\n" + "0".repeat(64) + "  order.resumed/2.1.json",
                        "order.resumed/2.1 is there and not read: name it in the family"),
                new Break(
                        "… has no sample: put a record of it there as …",
                        WIRE + "order.resumed/1.1.txt",
                        "",
                        "",
                        "order.resumed/1.1 has no sample: put a record of it there as"),
                new Break(
                        "… can't be read: the sample …",
                        EVENTS + "OperatorOfResumed.java",
                        "return renamed(payload, \"by\", \"operator\");",
                        "return payload.removeAll();",
                        "order.resumed/1.0 can't be read: the sample"),
                new Break(
                        "… has a sample that violates it …",
                        WIRE + "order.resumed/1.1.txt",
                        "\"by\":\"Ada\"",
                        "\"by\":\"" + "Ada".repeat(20) + "\"",
                        "order.resumed/1.1 has a sample that violates it: "),
                new Break(
                        "… is another payload once it was read and is written again …",
                        EVENTS + "OperatorOfResumed.java",
                        "return renamed(payload, \"operator\", \"by\");",
                        "payload.remove(\"operator\"); return payload;",
                        "order.resumed/1.1 is another payload once it was read and is written again"),
                new Break(
                        "… can't be written as … once it is read: …",
                        EVENTS + "OperatorOfResumed.java",
                        "return renamed(payload, \"operator\", \"by\");",
                        "return payload.put(\"by\", 5);",
                        "order.resumed/2.0 can't be written as 1.1 once it is read: The payload is not"
                                + " order.resumed/1.1: /by: integer found, string expected"));
    }

    private void broken(Break rule) throws Exception {
        Path file = checkout.root().resolve(rule.file());
        String before = Files.readString(file);
        if (rule.what().isEmpty()) {
            Files.delete(file);
        } else {
            checkout.change(rule.file(), rule.what(), rule.with());
        }

        Result result = build();

        assertThat(result.status()).as(rule.promise()).isNotZero();
        assertThat(result.output()).as(rule.promise()).contains(rule.message());
        Files.writeString(file, before);
    }

    private void copySchema(String from, String to) throws IOException {
        Path folder = checkout.root().resolve(SCHEMAS + "order.resumed");
        Files.copy(folder.resolve(from + ".json"), folder.resolve(to + ".json"));
    }

    private void release() throws Exception {
        Result released = maven();
        assertThat(released.status()).as(released.output()).isZero();
        Result built = build();
        assertThat(built.status()).as(built.output()).isZero();
    }

    /** The page's command, without the release. */
    private Result build() throws Exception {
        return maven("-Dmops.contracts=none");
    }

    private Result maven(String... more) throws Exception {
        List<MatchResult> commands = COMMAND.matcher(page).results().toList();
        assertThat(commands).hasSize(1);
        List<String> words =
                new ArrayList<>(List.of(commands.getFirst().group(1).split(" ")));
        words.addAll(1, List.of("-B", "-o", "-Dspotless.check.skip=true"));
        words.addAll(List.of(more));
        return checkout.tryToRun(words.toArray(String[]::new));
    }

    /**
     * A rule that is broken.
     *
     * @param promise what the page says that the build says
     * @param file where it is broken; the file is gone where nothing is replaced
     * @param message what the build says
     */
    private record Break(String promise, String file, String what, String with, String message) {}
}
