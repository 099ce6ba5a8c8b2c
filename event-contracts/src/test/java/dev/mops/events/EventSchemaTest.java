package dev.mops.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.BoxEvent.BoxOpened;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class EventSchemaTest {

    private static final EventSchema SCHEMA =
            BoxEvent.FAMILY.definitionOf(BoxOpened.class).schema();

    @Test
    void finds_nothing_in_a_valid_document() {
        assertThat(SCHEMA.violations("""
                {"boxId":"0199a3f0-0000-7000-8000-000000000001","owner":"Ada","weight":5,"items":["pen"],"new":true}
                """)).isEmpty();
    }

    @Test
    void names_place_and_rule_and_quotes_no_value() {
        assertThat(SCHEMA.violations("""
                {"boxId":"secret","owner":"","weight":-7,"items":["pen",8]}
                """))
                .containsExactlyInAnyOrder(
                        "/boxId: does not match the uuid pattern must be a valid RFC 4122 UUID",
                        "/owner: must be at least 1 characters long",
                        "/weight: must have a minimum value of 0",
                        "/items/1: integer found, string expected");
        assertThat(SCHEMA.violations("{}"))
                .contains(": required property 'boxId' not found", ": required property 'items' not found");
    }

    @Test
    void says_where_a_document_is_no_json() {
        assertThat(SCHEMA.violations("{\"owner\":\n secret}")).containsExactly("no JSON at line 2, column 2");
        assertThat(SCHEMA.violations("{} {}")).hasSize(1).first().asString().startsWith("no JSON");
        assertThat(SCHEMA.violations("")).isNotEmpty();
    }

    @Test
    void a_large_document_full_of_faults_is_told_by_one() {
        String faults = "8,".repeat(400_000);

        assertThat(SCHEMA.violations("{\"items\":[" + faults + "8]}")).hasSize(1);
    }

    @Test
    void speaks_english_on_every_machine() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertThat(SCHEMA.violations("[]")).containsExactly(": array found, object expected");
        } finally {
            Locale.setDefault(before);
        }
    }
}
