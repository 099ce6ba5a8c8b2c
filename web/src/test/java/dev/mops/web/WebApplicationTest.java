package dev.mops.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.test.RawConnection;
import dev.mops.test.TestPostgres;
import dev.mops.test.TestServers;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.test.web.servlet.client.RestTestClient;

/** A small service with this module, on a real PostgreSQL. */
@SpringBootTest(
        classes = WebApplicationTest.TestApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.application.name=test-service",
            "spring.sql.init.mode=always",
            "spring.sql.init.schema-locations=classpath:idempotency_key.sql",
            "logging.level.root=warn",
            "logging.level.dev.mops.web=off",
            "logging.level.org.springframework.web.servlet.PageNotFound=off",
            "spring.main.banner-mode=off"
        })
abstract class WebApplicationTest {

    @LocalServerPort
    private int port;

    @Autowired
    JdbcTemplate jdbc;

    @Autowired
    private FilterRegistrationBean<BodyFilter> bodies;

    RestTestClient http;

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry registry) {
        String jdbcUrl = TestServers.postgres().jdbcUrl("web_test");
        registry.add("spring.datasource.url", () -> jdbcUrl);
        registry.add("spring.datasource.username", () -> TestPostgres.USER);
        registry.add("spring.datasource.password", () -> TestPostgres.PASSWORD);
    }

    @BeforeEach
    void connect() {
        http = RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    /** A connection that the test closes. */
    RawConnection rawConnection() throws IOException {
        return new RawConnection(port);
    }

    /** Waits until the service holds so many bytes of bodies. */
    void awaitHeld(int bytes) {
        BodyFilter filter = requireNonNull(bodies.getFilter());
        await().untilAsserted(() ->
                assertThat(ReflectionTestUtils.getField(filter, "held")).hasToString(String.valueOf(bytes)));
    }

    RestTestClient.ResponseSpec greet(String name, String key) {
        return http.post()
                .uri("/greetings")
                .contentType(MediaType.APPLICATION_JSON)
                .header("Idempotency-Key", key)
                .body("{\"name\":\"" + name + "\"}")
                .exchange();
    }

    /** The application. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestController.class)
    static class TestApplication {}
}
