package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.FakePlatform.Result;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DeadLettersCommandTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // before each test
    private FakePlatform platform;

    @BeforeEach
    void start() throws IOException {
        platform = new FakePlatform(folder);
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void the_list_shows_the_dead_letters_of_all_services_with_their_causes() {
        platform.billing.answer("GET deadletters", 200, listOf(2, 2));

        Result result = platform.mops("dead-letters");

        assertThat(result.err()).isEmpty();
        assertThat(result.status()).isZero();
        assertThat(result.out().lines())
                .contains("order-service: no dead letters")
                .contains("billing-service: 2 dead letters, 3 events wait behind")
                .anyMatch(line -> line.matches(" +2  order\\.paid +IllegalStateException +3 wait behind"))
                .anyMatch(line -> line.matches(
                        " +billing-service/17 +order\\.paid +key-17 +IllegalStateException +4 +2 +0:0\\d:\\d\\d ago"))
                .noneMatch(line -> line.contains("more:"));
    }

    @Test
    void list_and_no_command_are_the_same() {
        platform.billing.answer("GET deadletters", 200, listOf(2, 2));

        assertThat(platform.mops("dead-letters", "list", "--service", "order").out())
                .isEqualTo(platform.mops("dead-letters", "--service", "order").out())
                .isEqualTo("order-service: no dead letters\n");
    }

    @Test
    void filters_go_to_the_service() {
        platform.mops(
                "dead-letters",
                "list",
                "--service",
                "billing",
                "--type",
                "order.paid",
                "--error",
                "Ill&egal",
                "--key",
                "a b",
                "--older-than",
                "10m");

        assertThat(platform.order.lines()).isEmpty();
        assertThat(platform.billing.lines())
                .containsExactly(
                        "GET deadletters?type=order.paid&error=Ill%26egal&key=a+b&olderThan=10m&page=0&size=20");
    }

    @Test
    void of_many_the_first_are_shown_and_the_others_counted() {
        platform.billing.answer("GET deadletters", 200, listOf(20, 23));

        Result result = platform.mops("dead-letters");

        assertThat(result.out().lines().filter(line -> line.contains("billing-service/")))
                .hasSize(20);
        assertThat(result.out()).contains("… and 3 more: --limit 23 shows all");
    }

    @Test
    void a_limit_above_a_page_reads_as_many_pages_as_it_takes_and_no_more() {
        platform.billing.answer("GET deadletters?page=0&size=200", 200, listOf(200, 999));
        platform.billing.answer("GET deadletters?page=1&size=200", 200, listOf(200, 999));

        Result result = platform.mops("dead-letters", "--limit", "250");

        assertThat(result.out().lines().filter(line -> line.contains("billing-service/")))
                .hasSize(250);
        assertThat(result.out()).contains("… and 749 more");
        assertThat(platform.billing.lines()).hasSize(2);
    }

    @Test
    void the_list_as_json_is_one_document_that_names_each_dead_letter() {
        platform.billing.answer("GET deadletters", 200, listOf(2, 2));

        Result result = platform.mops("dead-letters", "list", "--json");

        JsonNode document = JSON.readTree(result.out());
        assertThat(document.at("/services/0/service").asString()).isEqualTo("order-service");
        assertThat(document.at("/services/1/total").asInt()).isEqualTo(2);
        assertThat(document.at("/services/1/deadLetters/1/deadLetter").asString())
                .isEqualTo("billing-service/18");
        assertThat(document.at("/failed").isEmpty()).isTrue();
    }

    @Test
    void a_service_that_is_down_is_named_and_the_others_are_shown() {
        platform.order.close();

        Result result = platform.mops("dead-letters", "--json");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains("mops: order-service: http://localhost:")
                .contains("does not answer");
        JsonNode document = JSON.readTree(result.out());
        assertThat(document.at("/services/0/service").asString()).isEqualTo("billing-service");
        assertThat(document.at("/failed/0/service").asString()).isEqualTo("order-service");
        assertThat(document.at("/failed/0/message").asString()).contains("does not answer");
    }

    @Test
    void bulk_acts_at_work_are_shown_and_old_ones_not() {
        platform.billing.answer("GET deadletters", 200, """
                {"total":0,"followers":0,"causes":[],"deadLetters":[],"bulks":[
                  {"id":2,"action":"replay","reason":"gateway is back","operator":"ada","matched":100,"acted":40,"skipped":1,
                   "createdAt":"2026-01-01T00:00:00Z","finishedAt":null},
                  {"id":1,"action":"discard","reason":"old","operator":"ada","matched":3,"acted":3,"skipped":0,
                   "createdAt":"2026-01-01T00:00:00Z","finishedAt":"2026-01-01T00:00:01Z"}]}""");

        Result result = platform.mops("dead-letters", "--service", "billing-service");

        assertThat(result.out())
                .contains("bulk 2, at work: replay of 100 by ada (gateway is back): 40 done, 1 skipped")
                .doesNotContain("bulk 1");
    }

    @Test
    void what_a_terminal_would_take_as_a_command_is_not_printed() {
        platform.billing.answer(
                "GET deadletters",
                200,
                listOf(1, 1).replace("key-17", "a\\u001b[2Jb\\u0000").replace("order.paid", "x\\ny\\u009b"));

        Result result = platform.mops("dead-letters");

        assertThat(result.out()).contains("a·[2Jb·").contains("x·y·");
    }

    @Test
    void one_dead_letter_is_shown_whole() {
        platform.billing.answer("GET deadletters/17", 200, LETTER);

        Result result = platform.mops("dead-letters", "show", "billing/17");

        assertThat(result.status()).isZero();
        assertThat(result.out().lines().map(String::strip))
                .contains("billing-service/17  DEAD")
                .contains("error     java.lang.IllegalStateException")
                .contains("message   no such tariff")
                .contains("attempts  4, and 1 replay before")
                .contains("record    orders, partition 3, offset 4711, of 2026-11-21T07:00:00Z")
                .contains("version   3")
                .contains("ce_type: order.paid")
                .contains("\"amount\" : {")
                .contains("Waiting behind it: 2 events")
                .anyMatch(line -> line.matches("order\\.cancellation_requested +e-2 +since 2026-11-21T07:02:00Z"))
                .contains("… and 1 more")
                .contains("2026-11-21T07:03:00Z  replay by ada (unverified): try again")
                .contains("When its cause is mended: ./mops dead-letters replay billing-service/17 --reason \"…\"");
    }

    @Test
    void an_event_that_is_still_tried_is_shown_without_what_is_for_dead_letters() {
        platform.billing.answer(
                "GET deadletters/17",
                200,
                LETTER.replace("\"state\":\"DEAD\"", "\"state\":\"RETRYING\",\"due\":\"2026-11-21T08:00:00Z\""));

        Result result = platform.mops("dead-letters", "show", "billing-service/17");

        assertThat(result.out())
                .contains("billing-service/17  RETRYING", "2026-11-21T08:00:00Z: it is tried again by itself")
                .doesNotContain("./mops dead-letters");
    }

    @Test
    void bytes_that_are_no_json_are_shown_as_base64() {
        platform.billing.answer("GET deadletters/17", 200, """
                {"id":17,"state":"DEAD","payload":null,"payloadBase64":"/v8A","version":1}""");

        assertThat(platform.mops("dead-letters", "show", "billing-service/17").out())
                .contains("/v8A");
        assertThat(platform.mops("dead-letters", "show", "billing-service/17", "--payload"))
                .extracting(Result::status, Result::out)
                .containsExactly(1, "");
    }

    @Test
    void a_payload_goes_out_and_comes_back_as_it_was() throws IOException {
        platform.billing.answer("GET deadletters/17", 200, LETTER);
        platform.billing.answer("POST deadletters/17", 200, """
                {"id":17,"action":"edit","state":"DEAD","version":4}""");

        Result shown = platform.mops("dead-letters", "show", "billing-service/17", "--payload");
        Path file = Files.writeString(folder.resolve("payload.json"), shown.out());
        Result edited = platform.mops(
                "dead-letters", "edit", "billing-service/17", "--payload", file.toString(), "--reason", "as it was");

        assertThat(edited.err()).isEmpty();
        assertThat(edited.out()).contains("still dead (version 4)", "./mops dead-letters replay billing-service/17");
        assertThat(platform.billing.acts())
                .singleElement()
                .satisfies(act -> assertThat(act.body())
                        .contains("\"payload\":{\"amount\":{\"value\":129900,\"rate\":1.10}}")
                        .contains("\"action\":\"edit\"", "\"reason\":\"as it was\"", "\"version\":3"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{} {}", "{\"a\":1,\"a\":2}"})
    void a_payload_that_is_no_json_is_not_sent(String payload) throws IOException {
        platform.billing.answer("GET deadletters/17", 200, LETTER);
        Path file = Files.writeString(folder.resolve("payload.json"), payload);

        Result result = platform.mops(
                "dead-letters", "edit", "billing-service/17", "--payload", file.toString(), "--reason", "why");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("payload.json is no JSON");
        assertThat(platform.billing.acts()).isEmpty();
    }

    @Test
    void a_payload_is_read_from_standard_input_too() {
        platform.billing.answer("GET deadletters/17", 200, LETTER);
        platform.billing.answer("POST deadletters/17", 200, """
                {"id":17,"action":"edit","state":"DEAD","version":4}""");
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("{\"a\":1}".getBytes(StandardCharsets.UTF_8)));
        try {
            platform.mops("dead-letters", "edit", "billing-service/17", "--payload", "-", "--reason", "why");
        } finally {
            System.setIn(before);
        }

        assertThat(platform.billing.acts())
                .singleElement()
                .satisfies(act -> assertThat(act.body()).contains("\"payload\":{\"a\":1}"));
    }

    @Test
    void a_payload_that_is_not_there_is_an_error_of_one_line() {
        Result result = platform.mops(
                "dead-letters", "edit", "billing-service/17", "--payload", "nowhere.json", "--reason", "why");

        assertThat(result).isEqualTo(new Result(1, "", "mops: Can't read nowhere.json\n"));
    }

    @Test
    void a_replay_names_operator_reason_and_the_version_that_was_seen() {
        platform.billing.answer("GET deadletters/17", 200, LETTER);
        platform.billing.answer("POST deadletters/17", 200, """
                {"id":17,"action":"replay","state":"RETRYING","version":4}""");

        Result result = platform.mops(
                "dead-letters", "replay", "billing-service/17", "--reason", "mended", "--operator", "Ada L", "--force");

        assertThat(result.status()).isZero();
        assertThat(result.out()).contains("billing-service/17: runs again");
        assertThat(platform.billing.acts()).singleElement().satisfies(act -> {
            assertThat(act.operator()).isEqualTo("Ada L");
            assertThat(JSON.readTree(act.body())).isEqualTo(JSON.readTree("""
                    {"action":"replay","reason":"mended","force":true,"version":3}"""));
        });
    }

    @Test
    void without_a_name_the_operator_is_whoever_is_at_the_shell() {
        platform.billing.answer("GET deadletters/17", 200, LETTER);

        platform.mops("dead-letters", "discard", "billing-service/17", "--reason", "why");

        assertThat(platform.billing.acts())
                .singleElement()
                .satisfies(act -> assertThat(act.operator()).isNotBlank());
    }

    @Test
    void an_operator_may_say_which_version_he_saw() {
        platform.billing.refuse("POST deadletters/17", 409, "Its version is 4, not 2: somebody else has acted");

        Result result = platform.mops(
                "dead-letters", "discard", "billing-service/17", "--reason", "never", "--if-version", "2");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .isEqualTo("mops: billing-service/17: Its version is 4, not 2: somebody else has acted\n");
        assertThat(platform.billing.acts())
                .singleElement()
                .satisfies(act -> assertThat(act.body()).contains("\"version\":2", "\"action\":\"discard\""));
    }

    @Test
    void of_several_that_are_named_one_that_is_refused_stops_no_other() {
        platform.billing.answer("GET deadletters/17", 200, LETTER);
        platform.billing.answer("GET deadletters/18", 200, LETTER);
        platform.billing.refuse("POST deadletters/17", 403, "mops.messaging.dead-letters-writable is false");
        platform.billing.answer("POST deadletters/18", 200, """
                {"id":18,"action":"replay","state":"RETRYING","version":4}""");

        Result result = platform.mops(
                "dead-letters", "replay", "billing-service/17", "billing-service/18", "--reason", "why", "--json");

        assertThat(result.status()).isEqualTo(1);
        JsonNode document = JSON.readTree(result.out());
        assertThat(document.at("/deadLetters/0/deadLetter").asString()).isEqualTo("billing-service/18");
        assertThat(document.at("/deadLetters/0/state").asString()).isEqualTo("RETRYING");
        assertThat(document.at("/failed/0/deadLetter").asString()).isEqualTo("billing-service/17");
        assertThat(result.err()).contains("dead-letters-writable");
    }

    @Test
    void a_dry_run_of_all_counts_and_needs_no_reason() {
        platform.order.answer("POST deadletters", 200, "{\"matched\":0,\"followers\":0}");
        platform.billing.answer("POST deadletters", 200, "{\"matched\":42,\"followers\":7}");

        Result result = platform.mops("dead-letters", "replay", "--all", "--type", "order.paid", "--dry-run");

        assertThat(result.out()).isEqualTo("""
                order-service: 0 dead letters
                billing-service: 42 dead letters, 7 events wait behind
                """);
        assertThat(platform.billing.acts())
                .singleElement()
                .satisfies(act -> assertThat(act.body()).contains("\"type\":\"order.paid\"", "\"dryRun\":true"));
    }

    @Test
    void an_act_on_all_says_its_number_and_where_to_see_how_far_it_is() {
        platform.billing.answer("POST deadletters", 202, "{\"bulkId\":3,\"matched\":42}");

        Result result = platform.mops(
                "dead-letters",
                "discard",
                "--all",
                "--service",
                "billing",
                "--rate",
                "5",
                "--older-than",
                "2h",
                "--reason",
                "gone");

        assertThat(result.out())
                .isEqualTo("billing-service: discard of 42 dead letters has begun, bulk 3."
                        + " ./mops dead-letters shows how far it is\n");
        assertThat(JSON.readTree(platform.billing.acts().getFirst().body())).isEqualTo(JSON.readTree("""
                {"olderThan":"2h","action":"discard","reason":"gone","force":false,"dryRun":false,"rate":5}"""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replay --reason why | or say --all",
                "replay billing-service/17 --all --reason why | or say --all",
                "replay billing-service/17 --type order.paid --reason why | belong to --all",
                "discard billing-service/17 --dry-run --reason why | belong to --all",
                "discard billing-service/17 | --reason is missing",
                "discard --all | --reason is missing",
                "replay billing-service/17 billing-service/18 --reason why --if-version 3 | --if-version",
                "replay billing-service --reason why | names no dead letter",
                "replay billing-service/17 --reason why --operator Łukasz | --operator",
                "--type order.paid replay --all --reason why | Options stand behind the command",
                "edit billing-service/17 --reason why | --payload",
                "list --limit -1 | --limit",
                "list --nothing | --nothing"
            })
    void what_is_not_understood_is_an_error_of_usage_and_nothing_is_sent(String arguments, String says) {
        Result result = platform.mops(("dead-letters " + arguments).split(" "));

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains(says);
        assertThat(platform.billing.lines()).isEmpty();
        assertThat(platform.order.lines()).isEmpty();
    }

    @Test
    void a_service_that_does_not_exist_is_an_error_that_names_those_that_do() {
        assertThat(platform.mops("dead-letters", "--service", "payment"))
                .isEqualTo(new Result(1, "", "mops: No service payment: there are order-service, billing-service\n"));
    }

    @Test
    void an_answer_that_is_no_problem_document_is_shown_as_it_is() {
        platform.billing.answer("GET deadletters/17", 502, "<html>bad gateway");

        assertThat(platform.mops("dead-letters", "show", "billing-service/17").err())
                .contains("/actuator/deadletters/17 answered 502: <html>bad gateway");
    }

    @Test
    void each_command_explains_itself() {
        assertThat(platform.mops("--help").out()).contains("dead-letters");
        assertThat(platform.mops("dead-letters", "--help").out())
                .contains("list", "show", "edit", "replay", "discard", "--older-than", "--json");
        assertThat(platform.mops("dead-letters", "replay", "--help").out()).contains("--all", "--rate", "--reason");
    }

    private static final String LETTER = """
            {"id":17,"key":"o-1","type":"order.paid","eventId":"e-1","source":"/billing-service","state":"DEAD",
             "error":"java.lang.IllegalStateException","message":"no such tariff","attempts":4,"replays":1,"followers":2,
             "firstFailedAt":"2026-11-21T07:00:01Z","lastFailedAt":"2026-11-21T07:01:12Z","version":3,
             "topic":"orders","partition":3,"offset":4711,"recordedAt":"2026-11-21T07:00:00Z",
             "headers":{"ce_type":"order.paid"},"payload":{"amount":{"value":129900,"rate":1.10}},
             "waiting":[{"id":18,"type":"order.cancellation_requested","eventId":"e-2","heldAt":"2026-11-21T07:02:00Z"}],
             "history":[{"at":"2026-11-21T07:03:00Z","operator":"ada","verified":false,"action":"replay","reason":"try again"}]}""";

    /** So many dead letters, from 17 on, of a total. */
    private static String listOf(int count, int total) {
        return """
                {"consumerGroup":"billing-service","total":%d,"followers":3,
                 "causes":[{"type":"order.paid","error":"java.lang.IllegalStateException","count":%1$d,"followers":3}],
                 "page":0,"size":20,"bulks":[],"deadLetters":[%s]}""".formatted(
                        total,
                        IntStream.range(17, 17 + count)
                                .mapToObj(id -> """
                                        {"id":%d,"key":"key-%1$d","type":"order.paid","eventId":"e","source":"/billing-service",
                                         "error":"java.lang.IllegalStateException","message":"m","attempts":4,"replays":0,
                                         "followers":2,"firstFailedAt":"2026-01-01T00:00:00Z","lastFailedAt":"%s",
                                         "version":3}""".formatted(id, Instant.now().minusSeconds(60)))
                                .collect(Collectors.joining(",")));
    }
}
