package dev.mops.events.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class SchemaDriftTest {

    private static final String SCHEMA = """
            {
              "type": "object",
              "required": ["id", "title", "count", "price", "made", "whole", "parts", "tags"],
              "properties": {
                "id": {"type": "string", "format": "uuid"},
                "title": {"type": "string", "minLength": 1},
                "note": {"type": "string"},
                "count": {"type": "integer", "minimum": 0, "maximum": 2147483647},
                "price": {"type": "integer", "minimum": 0, "maximum": 9223372036854775807},
                "stars": {"type": "integer", "minimum": 0, "maximum": 5},
                "made": {"type": "string", "format": "date-time"},
                "whole": {"type": "boolean"},
                "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}},
                "tags": {"type": "array", "items": {"type": "string"}}
              },
              "$defs": {
                "part": {
                  "type": "object",
                  "required": ["name"],
                  "properties": {"name": {"type": "string"}, "colour": {"type": "string"}}
                }
              }
            }
            """;

    @Test
    void is_none_where_record_and_schema_agree() {
        assertThat(driftsOf(Thing.class, SCHEMA)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // a component that the schema lacks, and the reverse
                "\"note\": {\"type\": \"string\"}, | `` | /note: in the record Thing, not in the schema",
                ", \"colour\": {\"type\": \"string\"} | `` | /parts/items/colour: in the record Part, not in the schema",
                "\"note\": | \"hint\": {\"type\": \"string\"}, \"note\": | /hint: in the schema, not in the record Thing",
                "\"colour\": | \"shape\": {\"type\": \"string\"}, \"colour\": | /parts/items/shape: in the schema, not in the record Part",
                "\"tags\"] | \"tags\", \"ghost\"] | /ghost: in the schema, not in the record Thing",
                // required and @Nullable
                "\"title\", \"count\" | \"title\", \"note\", \"count\" | /note: required by the schema, but @Nullable in the record",
                "\"title\", \"count\" | \"count\" | /title: not required by the schema, but not @Nullable in the record",
                "\"count\", \"price\" | \"price\" | /count: not required by the schema, but not @Nullable in the record",
                "[\"name\"] | [\"name\", \"colour\"] | /parts/items/colour: required by the schema, but @Nullable in the record",
                "[\"name\"] | [] | /parts/items/name: not required by the schema, but not @Nullable in the record",
                // types
                "\"title\": {\"type\": \"string\" | \"title\": {\"type\": \"array\" | /title: String in the record, but type 'array' in the schema",
                "\"note\": {\"type\": \"string\" | \"note\": {\"type\": \"string\", \"format\": \"uuid\" | /note: String in the record, but format 'uuid' in the schema",
                ", \"format\": \"uuid\" | `` | /id: UUID in the record, but format '' in the schema",
                "\"count\": {\"type\": \"integer\" | \"count\": {\"type\": \"number\" | /count: int in the record, but type 'number' in the schema",
                ", \"format\": \"date-time\" | `` | /made: Instant in the record, but format '' in the schema",
                "\"whole\": {\"type\": \"boolean\" | \"whole\": {\"type\": \"string\" | /whole: boolean in the record, but type 'string' in the schema",
                "\"items\": {\"type\": \"string\"} | \"items\": {\"type\": \"integer\"} | /tags/items: String in the record, but type 'integer' in the schema",
                "\"parts\": {\"type\": \"array\" | \"parts\": {\"type\": \"object\" | /parts: List in the record, but type 'object' in the schema",
                // ranges
                "2147483647 | 2147483648 | /count: minimum and maximum have to keep it within int",
                "\"minimum\": 0, \"maximum\": 2147483647 | \"minimum\": 0 | /count: minimum and maximum have to keep it within int",
                "9223372036854775807 | 9223372036854775808 | /price: minimum and maximum have to keep it within long"
            })
    void is_named_where_a_schema_moved(String part, String replacement, String drift) {
        assertThat(SCHEMA).contains(part);

        assertThat(driftsOf(Thing.class, SCHEMA.replace(part, replacement))).containsExactly(drift);
    }

    @Test
    void is_named_where_a_record_moved() {
        assertThat(driftsOf(Drifted.class, SCHEMA))
                .containsExactly(
                        "/id: String in the record, but format 'uuid' in the schema",
                        "/title: required by the schema, but @Nullable in the record",
                        "/note: not required by the schema, but not @Nullable in the record",
                        "/count: required by the schema, but @Nullable in the record",
                        "/price: minimum and maximum have to keep it within int",
                        "/made: boolean in the record, but type 'string' in the schema",
                        "/whole: Instant in the record, but type 'boolean' in the schema",
                        "/whole: Instant in the record, but format '' in the schema",
                        "/parts/items: String in the record, but type 'object' in the schema",
                        "/tags/items: Part in the record, but type 'string' in the schema",
                        "/extra: in the record Drifted, not in the schema");
    }

    @Test
    void is_named_where_a_type_is_not_known() {
        assertThat(driftsOf(Unknown.class, """
                {"type": "object", "required": ["delay", "names"], "properties":
                  {"delay": {"type": "string"}, "names": {"type": "array", "items": {"type": "string"}}}}
                """))
                .containsExactly(
                        "/delay: no JSON type is known for Duration",
                        "/names: an array of the schema holds no null, but the record's list may");
    }

    @Test
    void a_record_may_hold_itself() {
        String schema = """
                {"type": "object", "properties": {"next": {"$ref": "#/$defs/chain"}},
                  "$defs": {"chain": {"type": "object", "properties": {"next": {"$ref": "#/$defs/chain"}}}}}
                """;

        assertThat(driftsOf(Chain.class, schema)).isEmpty();
    }

    private static List<String> driftsOf(Class<?> payload, String schema) {
        return SchemaDrift.between(payload, JsonMapper.shared().readTree(schema));
    }

    record Thing(
            UUID id,
            String title,
            @Nullable String note,
            int count,
            long price,
            @Nullable Integer stars,
            Instant made,
            boolean whole,
            List<Part> parts,
            List<String> tags) {}

    record Chain(@Nullable Chain next) {}

    record Part(String name, @Nullable String colour) {}

    record Drifted(
            String id,
            @Nullable String title,
            String note,
            @Nullable Integer count,
            int price,
            @Nullable Integer stars,
            boolean made,
            Instant whole,
            List<String> parts,
            List<Part> tags,
            String extra) {}

    record Unknown(Duration delay, List<@Nullable String> names) {}
}
