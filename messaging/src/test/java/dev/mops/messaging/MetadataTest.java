package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the IDE is told of each setting, and that none takes what can't be. */
class MetadataTest {

    private static final String PREFIX = "mops.messaging.";
    private static final Set<Class<?>> COUNTS = Set.of(int.class, short.class, long.class);

    @Test
    void the_metadata_knows_every_setting_and_no_other() throws IOException {
        Set<String> known = new HashSet<>();
        properties().forEach(property -> known.add(property.path("name").asString()));
        // Those of the endpoints are Spring Boot's.
        known.removeIf(name -> name.startsWith("management.endpoint."));

        assertThat(known)
                .containsExactlyInAnyOrderElementsOf(settings()
                        .map(setting -> PREFIX + kebab(setting.getName()))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("settings")
    void a_setting_has_a_type_a_description_and_a_default_unless_it_has_none_on_purpose(RecordComponent setting)
            throws Exception {
        JsonNode metadata = properties()
                .valueStream()
                .filter(property -> property.path("name").asString().equals(PREFIX + kebab(setting.getName())))
                .findFirst()
                .orElseThrow();

        assertThat(metadata.path("type").asString()).isEqualTo(typeOf(setting));
        assertThat(metadata.path("description").asString()).hasSizeGreaterThan(20);
        DefaultValue value = parameterOf(setting);
        if (value == null) {
            assertThat(setting.getAnnotatedType().isAnnotationPresent(Nullable.class))
                    .as("a setting without a default may be null")
                    .isTrue();
            assertThat(metadata.has("defaultValue")).isFalse();
        } else {
            String stated = String.join(", ", value.value());
            assertThat(metadata.path("defaultValue").asString())
                    .isEqualTo(setting.getType() == List.class ? "[" + stated + "]" : stated);
        }
    }

    @ParameterizedTest
    @MethodSource("limited")
    void a_count_a_time_and_a_size_have_a_limit(RecordComponent setting) {
        String name = PREFIX + kebab(setting.getName());
        String impossible =
                COUNTS.contains(setting.getType()) ? "-2" : setting.getType() == DataSize.class ? "-2B" : "-2ms";

        assertThatThrownBy(() -> new Binder(new MapConfigurationPropertySource(Map.of(name, impossible)))
                        .bindOrCreate("mops.messaging", MessagingProperties.class))
                .rootCause()
                .hasMessageStartingWith(name + " must be");
    }

    static Stream<RecordComponent> settings() {
        return Stream.of(MessagingProperties.class.getRecordComponents());
    }

    static Stream<RecordComponent> limited() {
        return settings()
                .filter(setting -> COUNTS.contains(setting.getType())
                        || List.of(Duration.class, DataSize.class, List.class).contains(setting.getType()));
    }

    private static JsonNode properties() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                MessagingProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json"),
                "metadata")) {
            return JsonMapper.shared().readTree(in).path("properties");
        }
    }

    private static @Nullable DefaultValue parameterOf(RecordComponent setting) {
        return Stream.of(MessagingProperties.class.getDeclaredConstructors()[0].getParameters())
                .filter(parameter -> parameter.getName().equals(setting.getName()))
                .findFirst()
                .orElseThrow()
                .getAnnotation(DefaultValue.class);
    }

    private static String typeOf(RecordComponent setting) {
        Class<?> type = setting.getType();
        Map<Class<?>, String> boxed = Map.of(
                int.class, "java.lang.Integer", short.class, "java.lang.Short", boolean.class, "java.lang.Boolean");
        return boxed.getOrDefault(
                type,
                List.of(List.class, Map.class).contains(type)
                        ? setting.getGenericType().getTypeName().replace(", ", ",")
                        : type.getName());
    }

    private static String kebab(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
