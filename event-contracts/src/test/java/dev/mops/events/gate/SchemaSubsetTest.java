package dev.mops.events.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SchemaSubsetTest {

    private static final String SCHEMA = """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "title": "thing.made",
              "description": "A thing was made",
              "type": "object",
              "required": ["id"],
              "properties": {
                "id": {"description": "The thing", "type": "string", "format": "uuid"},
                "parts": {"description": "Of what", "type": "array", "items": {"$ref": "#/$defs/part"}}
              },
              "$defs": {
                "part": {
                  "description": "A part",
                  "type": "object",
                  "properties": {"size": {"description": "In mm", "type": "integer", "minimum": 0}}
                }
              }
            }
            """;

    @Test
    void takes_a_schema_of_the_subset() {
        assertThat(violationsOf(SCHEMA)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "2020-12/schema | draft-07/schema | : $schema is not https://json-schema.org/draft/2020-12/schema",
                "thing.made | thing.sold | : title is not thing.made",
                "\"A thing was made\" | \" \" | : description is missing",
                "\"description\": \"The thing\", | `` | /id: description is missing",
                "\"description\": \"A part\", | `` | /$defs/part: description is missing",
                "\"description\": \"In mm\", | `` | /$defs/part/size: description is missing",
                "\"required\": [\"id\"] | \"additionalProperties\": false | : additionalProperties is not in the subset",
                "\"description\": \"A part\" | \"description\": \"A part\", \"unevaluatedProperties\": false | /$defs/part: unevaluatedProperties is not in the subset",
                "\"minimum\": 0 | \"exclusiveMinimum\": 0 | /$defs/part/size: exclusiveMinimum is not in the subset",
                "\"format\": \"uuid\" | \"title\": \"no\" | /id: title is not in the subset",
                "\"format\": \"uuid\" | \"format\": \"email\" | /id: format is none of the subset",
                "\"type\": \"integer\" | \"type\": [\"integer\", \"null\"] | /$defs/part/size: type is none of the subset",
                "\"type\": \"integer\", | `` | /$defs/part/size: type is none of the subset",
                "\"part\": { | \"again\": {\"description\": \"A part\", \"$ref\": \"#/$defs/part\"}, \"part\": { | /$defs/again: $ref leads to another definition, not to a type",
                "#/$defs/part | #/$defs/wheel | /parts/items: $ref is no definition of this document",
                "#/$defs/part | https://example.org/part.json | /parts/items: $ref is no definition of this document",
                "\"#/$defs/part\" | \"#/$defs/part\", \"maxItems\": 3 | /parts/items: $ref has more than a description beside it"
            })
    void names_what_is_outside_the_subset(String part, String replacement, String violation) {
        assertThat(SCHEMA).contains(part);

        assertThat(violationsOf(SCHEMA.replace(part, replacement))).containsExactly(violation);
    }

    private static Iterable<String> violationsOf(String schema) {
        JsonNode parsed = JsonMapper.shared().readTree(schema);
        return SchemaSubset.violations("thing.made", parsed);
    }
}
