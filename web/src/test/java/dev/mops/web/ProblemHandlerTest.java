package dev.mops.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.mops.test.RawConnection;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.catalina.connector.ClientAbortException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.client.RestTestClient;

class ProblemHandlerTest extends WebApplicationTest {

    @Test
    void a_failure_says_that_it_may_have_had_an_effect_and_nothing_of_its_inside() {
        problem("/failure?of=CODE", HttpStatus.INTERNAL_SERVER_ERROR)
                .jsonPath("$.detail")
                .value(
                        String.class,
                        detail -> assertThat(detail)
                                .contains("perhaps after the request took effect")
                                .doesNotContain("secret"));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "CODE")
    void a_database_that_is_away_is_no_failure_of_the_service(TestController.Failure failure) {
        problem("/failure?of=" + failure, HttpStatus.SERVICE_UNAVAILABLE)
                .jsonPath("$.detail")
                .value(
                        String.class,
                        detail -> assertThat(detail)
                                .contains("Repeat the request later", "may have taken effect")
                                .doesNotContain("secret"));
    }

    @Test
    void a_missing_parameter_is_named() {
        problem("/failure", HttpStatus.BAD_REQUEST)
                .jsonPath("$.errors[0].field")
                .isEqualTo("of")
                .jsonPath("$.errors[0].rule")
                .isEqualTo("must be given");
    }

    @Test
    void the_detail_repeats_field_and_rule_for_those_who_read_no_further() {
        problem("/failure?of=NOTHING", HttpStatus.BAD_REQUEST)
                .jsonPath("$.detail")
                .isEqualTo("of must be one of [CODE, POOL, CONNECTION, SHUTDOWN, COMMIT, ROLLBACK, CLOSED, DEADLOCK]")
                .jsonPath("$.instance")
                .isEqualTo("/failure");
    }

    @Test
    void a_query_that_is_not_utf_8_is_the_client_s_fault() {
        problem(
                http.get().uri(builder -> URI.create(builder.path("/failure").build() + "?of=%ff")),
                HttpStatus.BAD_REQUEST);
    }

    @Test
    void a_client_that_is_gone_gets_no_answer_behind_what_it_has_got() {
        Exception gone = new ClientAbortException(new IOException("Broken pipe"));
        MockHttpServletResponse response = new MockHttpServletResponse();

        assertThat(new ProblemHandler().handleUnexpected(gone, response)).isNotNull();
        response.setCommitted(true);
        assertThat(new ProblemHandler().handleUnexpected(gone, response)).isNull();
    }

    @Test
    void a_client_that_goes_away_during_the_answer_is_no_failure() throws IOException {
        Logger logger = (Logger) LoggerFactory.getLogger(ProblemHandler.class);
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.list = new CopyOnWriteArrayList<>();
        told.start();
        logger.addAppender(told);
        logger.setAdditive(false);
        logger.setLevel(Level.DEBUG);
        try {
            try (RawConnection client = rawConnection()) {
                client.send("GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n");
                await().until(client::hasAnswer);
            }
            await().until(() -> !told.list.isEmpty());
            assertThat(told.list).allSatisfy(line -> assertThat(line.getLevel()).isEqualTo(Level.DEBUG));
        } finally {
            logger.detachAppender(told);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
    }

    private RestTestClient.BodyContentSpec problem(String uri, HttpStatus status) {
        return problem(http.get().uri(uri), status);
    }

    private static RestTestClient.BodyContentSpec problem(
            RestTestClient.RequestHeadersSpec<?> request, HttpStatus status) {
        return request.exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo(status.value())
                .jsonPath("$.title")
                .isEqualTo(status.getReasonPhrase());
    }
}
