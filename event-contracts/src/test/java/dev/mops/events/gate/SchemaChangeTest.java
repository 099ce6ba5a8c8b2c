package dev.mops.events.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** The rules by which a version is a minor or a major one, a case for each. */
class SchemaChangeTest {

    private static final String BEFORE = """
            {
              "type": "object",
              "required": ["id", "tags"],
              "properties": {
                "id": {"description": "The thing", "type": "string", "format": "uuid"},
                "name": {"type": "string", "pattern": "^[a-z]+$", "minLength": 1, "maxLength": 20},
                "size": {"type": "integer", "minimum": 0, "maximum": 9},
                "tags": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "string"}},
                "part": {"$ref": "#/$defs/part"},
                "free": {"type": "array"}
              },
              "$defs": {
                "part": {
                  "type": "object",
                  "required": ["code"],
                  "properties": {
                    "code": {"type": "string"},
                    "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}}
                  }
                }
              }
            }
            """;

    @Test
    void a_schema_is_a_minor_version_of_itself() {
        assertThat(reasons(BEFORE)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // a property that is not required
                "\"free\": | \"new\": {\"type\": \"string\", \"maxLength\": 5}, \"free\":",
                "\"code\": {\"type\": \"string\"} | \"code\": {\"type\": \"string\"}, \"new\": {\"type\": \"boolean\"}",
                // an object with required properties of its own
                "\"free\": | \"new\": {\"type\": \"object\", \"required\": [\"a\"], \"properties\": {\"a\": {\"type\": \"string\"}}}, \"free\":",
                // what is for people
                "The thing | Which thing it is",
                // the order of what is required
                "[\"id\", \"tags\"] | [\"tags\", \"id\"]"
            })
    void this_is_a_minor_version(String part, String replacement) {
        assertThat(BEFORE).contains(part);

        assertThat(reasons(BEFORE.replace(part, replacement))).isEmpty();
    }

    @Test
    void a_definition_may_get_another_name() {
        assertThat(reasons(BEFORE.replace("#/$defs/part", "#/$defs/piece").replace("\"part\": {\n", "\"piece\": {\n")))
                .isEmpty();
    }

    @Test
    void a_definition_may_be_written_out() {
        assertThat(reasons(BEFORE.replace("\"part\": {\"$ref\": \"#/$defs/part\"}", """
                "part": {"type": "object", "required": ["code"], "properties": {
                  "code": {"type": "string"}, "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}}}}
                """)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // properties
                "\"name\": | \"title\": | /name: is left out",
                "\"code\": {\"type\": \"string\"}, | `` | /part/code: is left out",
                "[\"id\", \"tags\"] | [\"id\", \"tags\", \"name\"] | /name: is required, and was not",
                "[\"id\", \"tags\"] | [\"id\", \"tags\", \"new\"] | /new: is new, and required",
                "[\"id\", \"tags\"] | [\"id\"] | /tags: was required, and is not",
                "[\"code\"] | [] | /part/code: was required, and is not",
                // a type
                "\"size\": {\"type\": \"integer\" | \"size\": {\"type\": \"string\" | /size: type was \"integer\" and is \"string\"",
                "\"items\": {\"type\": \"string\"} | \"items\": {\"type\": \"integer\"} | /tags/items: type was \"string\" and is \"integer\"",
                "\"free\": {\"type\": \"array\"} | \"free\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}} | /free: items are described",
                ", \"items\": {\"type\": \"string\"} | `` | /tags: items are not described any more",
                // a limit, narrower and wider
                ", \"format\": \"uuid\" | `` | /id: format was \"uuid\" and is left out",
                "\"uuid\" | \"date-time\" | /id: format was \"uuid\" and is \"date-time\"",
                "\"maxLength\": 20 | \"maxLength\": 10 | /name: maxLength was 20 and is 10",
                "\"maxLength\": 20 | \"maxLength\": 30 | /name: maxLength was 20 and is 30",
                "\"minLength\": 1 | \"minLength\": 2 | /name: minLength was 1 and is 2",
                "\"minLength\": 1, | `` | /name: minLength was 1 and is left out",
                "[a-z]+$ | [a-z0-9]+$ | /name: pattern was \"^[a-z]+$\" and is \"^[a-z0-9]+$\"",
                "\"minimum\": 0 | \"minimum\": 1 | /size: minimum was 0 and is 1",
                "\"maximum\": 9 | \"maximum\": 10 | /size: maximum was 9 and is 10",
                "\"minItems\": 1, | `` | /tags: minItems was 1 and is left out",
                "\"maxItems\": 3 | \"maxItems\": 4 | /tags: maxItems was 3 and is 4",
                "\"code\": {\"type\": \"string\"} | \"code\": {\"type\": \"string\", \"maxLength\": 4} | /part/code: maxLength is now 4"
            })
    void this_is_a_major_version(String part, String replacement, String reasons) {
        assertThat(BEFORE).contains(part);

        assertThat(String.join("; ", reasons(BEFORE.replace(part, replacement))))
                .isEqualTo(reasons);
    }

    private static List<String> reasons(String after) {
        JsonMapper json = JsonMapper.shared();
        return SchemaChange.majorBetween(json.readTree(BEFORE), json.readTree(after));
    }
}
