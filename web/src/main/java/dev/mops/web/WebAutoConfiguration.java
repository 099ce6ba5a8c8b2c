package dev.mops.web;

import jakarta.servlet.DispatcherType;
import java.util.Locale;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.web.filter.FormContentFilter;
import org.springframework.web.servlet.LocaleResolver;
import org.springframework.web.servlet.i18n.FixedLocaleResolver;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** Problem details, strict JSON and idempotency keys for a service's HTTP door. */
@AutoConfiguration(
        before = WebMvcAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration"
        })
@EnableConfigurationProperties(WebProperties.class)
@Import({ProblemHandler.class, ProblemController.class, GivenOnce.class, StrictIds.class, ApiDescription.class})
public final class WebAutoConfiguration {

    private static final int MAX_NESTING = 20;

    @Bean
    IdempotentRequests idempotentRequests(
            JdbcTemplate jdbc, PlatformTransactionManager transactions, JsonMapper json, WebProperties settings) {
        return new IdempotentRequests(jdbc, transactions, json, settings.idempotencyRetention());
    }

    @Bean
    IdempotencyKeyPurge idempotencyKeyPurge(JdbcTemplate jdbc, WebProperties settings) {
        return new IdempotencyKeyPurge(jdbc, settings.idempotencyRetention());
    }

    /** A request says what it means: no unknown or doubled field, no text for a number, no fraction for a count. */
    @Bean
    JsonMapperBuilderCustomizer strictJson() {
        return json -> json.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
    }

    /** The last of all filters: the others look at the headers, as ever. */
    @Bean
    FilterRegistrationBean<BodyFilter> bodyFilter(WebProperties limits, JsonMapper json) {
        FilterRegistrationBean<BodyFilter> filter = new FilterRegistrationBean<>(new BodyFilter(limits, json));
        filter.setDispatcherTypes(DispatcherType.REQUEST);
        return filter;
    }

    /** Nothing here takes forms, and this filter would read them before their size is known. */
    @Bean
    FilterRegistrationBean<FormContentFilter> noForms(FormContentFilter forms) {
        FilterRegistrationBean<FormContentFilter> filter = new FilterRegistrationBean<>(forms);
        filter.setEnabled(false);
        return filter;
    }

    @Bean
    JsonFactoryBuilderCustomizer limitedJson() {
        return json -> json.streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build());
    }

    /** One language, whatever the client prefers: the rules that an answer names are part of the API. */
    @Bean
    LocaleResolver localeResolver() {
        return new FixedLocaleResolver(Locale.ENGLISH);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemsOfTomcat() {
        return factory -> factory.addContextCustomizers(
                context -> context.getParent().getPipeline().addValve(new ProblemValve()));
    }
}
