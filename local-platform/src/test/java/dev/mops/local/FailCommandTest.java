package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.FakePlatform.Result;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class FailCommandTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // before each test
    private FakePlatform platform;

    @BeforeEach
    void start() throws IOException {
        platform = new FakePlatform(folder);
        platform.billing.answer("POST failures", 200, "{\"id\":1}");
        platform.billing.answer("DELETE failures", 204, "");
        platform.order.answer("DELETE failures", 204, "");
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "billing | {'type':null,'key':null,'how':'throw','times':'1'}"
                        + " | billing-service: the next attempt at an event fails: its handler throws.",
                "billing-service --type order.paid --until-cleared | {'type':'order.paid','key':null,'how':'throw','times':null}"
                        + " | billing-service: each attempt at order.paid fails: its handler throws, until it is cleared.",
                "billing --key o-1 --times 3 --how unavailable | {'type':null,'key':'o-1','how':'unavailable','times':'3'}"
                        + " | billing-service: the next 3 attempts at an event of key o-1 find the outside world away.",
                "billing --how poison | {'type':null,'key':null,'how':'poison','times':'1'}"
                        + " | billing-service: the next attempt at an event finds a record that can't be read."
            })
    void a_failure_is_asked_for_and_said_with_its_undoing(String arguments, String body, String says) {
        Result result = platform.mops(("fail " + arguments).split(" "));

        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out().lines()).contains(says).contains("Undo it: ./mops fail --clear billing-service");
        assertThat(platform.billing.acts())
                .singleElement()
                .satisfies(
                        act -> assertThat(JSON.readTree(act.body())).isEqualTo(JSON.readTree(body.replace('\'', '"'))));
        assertThat(platform.order.lines()).isEmpty();
    }

    @Test
    void a_service_that_refuses_is_told_in_its_own_words() {
        platform.billing.refuse("POST failures", 403, "mops.messaging.failure-switches is false");

        assertThat(platform.mops("fail", "billing-service"))
                .isEqualTo(new Result(1, "", "mops: billing-service: mops.messaging.failure-switches is false\n"));
    }

    @Test
    void the_list_shows_what_is_asked_for_at_each_service() {
        platform.billing.answer("GET failures", 200, """
                {"switches":[{"id":1,"type":"order.paid","key":null,"how":"throw","remaining":3},
                             {"id":2,"type":null,"key":"o-1","how":"slow","remaining":null}]}""");

        assertThat(platform.mops("fail", "--list")).isEqualTo(new Result(0, """
                order-service: nothing fails on purpose
                billing-service: throw at order.paid, 3 times more
                billing-service: slow at an event of key o-1, until cleared
                """, ""));
    }

    @Test
    void clearing_ends_it_at_the_service_that_is_named_else_at_all() {
        assertThat(platform.mops("fail", "--clear", "billing").out())
                .isEqualTo("billing-service: nothing fails on purpose any more\n");
        assertThat(platform.order.lines()).isEmpty();

        platform.mops("fail", "--clear");

        assertThat(platform.order.lines()).containsExactly("DELETE failures");
        assertThat(platform.billing.lines()).containsExactly("DELETE failures", "DELETE failures");
    }

    @Test
    void a_service_that_is_down_keeps_nobody_from_the_others() {
        platform.order.close();

        Result result = platform.mops("fail", "--clear");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("order-service").contains("does not answer");
        assertThat(platform.billing.lines()).containsExactly("DELETE failures");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fail | Which service?",
                "fail --type order.paid | Which service?",
                "fail billing --times 2 --until-cleared | not both",
                "fail billing --times 0 | --times must be at least 1",
                "fail billing --how loudly | none of throw, slow, poison, unavailable",
                "fail billing --how THROW | none of throw, slow, poison, unavailable",
                "fail --list --clear | stand alone",
                "fail --clear billing --type order.paid | stand alone"
            })
    void what_is_not_understood_is_an_error_of_usage_and_nothing_is_sent(String arguments, String says) {
        Result result = platform.mops(arguments.split(" "));

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains(says);
        assertThat(platform.billing.lines()).isEmpty();
    }

    @Test
    void a_service_that_does_not_exist_is_an_error_that_names_those_that_do() {
        assertThat(platform.mops("fail", "kafka"))
                .isEqualTo(new Result(1, "", "mops: No service kafka: there are order-service, billing-service\n"));
    }
}
