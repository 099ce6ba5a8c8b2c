package dev.mops.order;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.springframework.test.web.servlet.client.RestTestClient;

class ApiDescriptionTest extends OrderServiceTest {

    @Test
    void the_description_shows_what_is_really_answered() {
        description()
                .jsonPath("$.info.title")
                .isEqualTo("order-service")
                .jsonPath("$.paths['/orders'].post.responses['202'].content['application/json'].schema['$ref']")
                .isEqualTo("#/components/schemas/OrderView")
                .jsonPath("$.paths['/orders'].post.responses['202'].headers.Location")
                .exists()
                .jsonPath("$.paths['/orders'].post.responses['200']")
                .doesNotExist()
                .jsonPath(
                        "$.paths['/orders/{orderId}/cancellation'].post.responses['202'].content['application/json'].schema['$ref']")
                .isEqualTo("#/components/schemas/OrderView")
                .jsonPath(
                        "$.paths['/orders/{orderId}'].get.responses['200'].content['application/json'].schema['$ref']")
                .isEqualTo("#/components/schemas/OrderView")
                .jsonPath("$.paths['/orders'].get.responses['200'].content['application/json'].schema['$ref']")
                .isEqualTo("#/components/schemas/OrderPage")
                .jsonPath("$.components.schemas.OrderView.properties.timeline.items['$ref']")
                .isEqualTo("#/components/schemas/Entry");
    }

    @Test
    void the_description_shows_the_limits_of_a_request() {
        description()
                .jsonPath("$.components.schemas.Line.properties.quantity.maximum")
                .isEqualTo(1_000)
                .jsonPath("$.components.schemas.PlaceOrderRequest.properties.lines.maxItems")
                .isEqualTo(100)
                .jsonPath("$.paths['/orders'].post.parameters[?(@.name == 'Idempotency-Key')].required")
                .isEqualTo(false);
    }

    @Test
    void every_operation_may_answer_with_a_problem_document() {
        description()
                .jsonPath("$.paths[*][*].responses['4XX'].content['application/problem+json'].schema['$ref']")
                .value(
                        Object.class,
                        schemas -> assertThat(schemas)
                                .asInstanceOf(InstanceOfAssertFactories.LIST)
                                .hasSize(5)
                                .containsOnly("#/components/schemas/Problem"))
                .jsonPath("$.components.schemas.Problem.properties.errors.items.properties.field")
                .exists();
    }

    @Test
    void the_page_of_the_description_loads_nothing_from_elsewhere() {
        String page = text("/swagger-ui.html");

        assertThat(page).contains("swagger-ui").doesNotContainPattern("(src|href)=\"(https?:)?//");
        assertThat(text("/swagger-ui/swagger-initializer.js"))
                .contains("\"configUrl\" : \"/v3/api-docs/swagger-config\"");
        http.get()
                .uri("/v3/api-docs/swagger-config")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.url")
                .isEqualTo("/v3/api-docs")
                // Unset, the page would ask a validator on the internet.
                .jsonPath("$.validatorUrl")
                .isEqualTo("");
    }

    private RestTestClient.BodyContentSpec description() {
        return http.get().uri("/v3/api-docs").exchange().expectStatus().isOk().expectBody();
    }

    /** Follows redirects. */
    private String text(String uri) {
        var answer = http.get().uri(uri).exchange();
        var location = answer.returnResult(String.class).getResponseHeaders().getLocation();
        if (location != null) {
            return text(location.toString());
        }
        return requireNonNull(answer.expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
    }
}
