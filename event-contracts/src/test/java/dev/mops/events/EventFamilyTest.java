package dev.mops.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import dev.mops.events.BoxEvent.BoxClosed;
import dev.mops.events.BoxEvent.BoxOpened;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventFamilyTest {

    @Test
    void ties_type_version_record_schema_topic_and_key_together() {
        UUID boxId = UUID.randomUUID();

        assertThat(BoxEvent.FAMILY.topic()).isEqualTo("boxes");
        assertThat(BoxEvent.FAMILY.keyOf(new BoxClosed(boxId))).isEqualTo(boxId.toString());
        assertThat(BoxEvent.FAMILY.definitions())
                .extracting(EventDefinition::payload, EventDefinition::dataSchema)
                .containsExactly(tuple(BoxOpened.class, "box.opened/1.0"), tuple(BoxClosed.class, "box.closed/1.0"));
        assertThat(BoxEvent.FAMILY.definitionOf("box.closed")).contains(BoxEvent.FAMILY.definitionOf(BoxClosed.class));
        assertThat(BoxEvent.FAMILY.definitionOf(BoxClosed.class).schema().text())
                .contains("\"title\": \"box.closed\"");
    }

    @Test
    void knows_no_type_or_record_of_others() {
        assertThat(BoxEvent.FAMILY.definitionOf("box.lost")).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BoxEvent.FAMILY.definitionOf(String.class))
                .withMessage("java.lang.String is no event of the family BoxEvent on boxes");
    }

    @Test
    void refuses_to_forget_a_permitted_record() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        boxes().event(BoxOpened.class, "box.opened", "1.0").build())
                .withMessage("The family BoxEvent lacks [BoxClosed]");
    }

    @Test
    void refuses_a_type_name_for_two_records() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        boxes().event(BoxOpened.class, "box.opened", "1.0").event(BoxClosed.class, "box.opened", "1.0"))
                .withMessage("The type box.opened stands twice in the family BoxEvent");
    }

    @Test
    void refuses_a_record_under_two_type_names() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        boxes().event(BoxOpened.class, "box.opened", "1.0").event(BoxOpened.class, "box.closed", "1.0"))
                .withMessage("The record BoxOpened stands twice in the family BoxEvent");
    }

    @Test
    void refuses_a_type_or_version_without_a_schema() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> boxes().event(BoxOpened.class, "box.opened", "1.1"))
                .withMessage("The schema of box.opened is missing: no resource /schemas/box.opened/1.1.json");
    }

    @Test
    void refuses_what_is_no_version() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> boxes().event(BoxOpened.class, "box.opened", "v1"))
                .withMessage("An event version is written major.minor, not 'v1'");
    }

    @Test
    void needs_a_topic_and_a_key() {
        assertThatIllegalStateException()
                .isThrownBy(() -> EventFamily.of(BoxEvent.class).topic("boxes").build())
                .withMessage("The family BoxEvent needs a topic and a key");
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        EventFamily.of(BoxEvent.class).key(BoxEvent::toString).build())
                .withMessage("The family BoxEvent needs a topic and a key");
    }

    @Test
    void refuses_a_root_that_is_not_sealed() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        EventFamily.of(Open.class).topic("t").key(event -> "k").build())
                .withMessage(Open.class.getName() + " is not sealed: its events could not be counted");
    }

    @Test
    void counts_the_records_below_a_sealed_type_between() {
        EventFamily<Nested> family = EventFamily.of(Nested.class)
                .topic("t")
                .key(event -> "k")
                .event(Nested.First.class, "box.opened", "1.0")
                .event(Nested.Group.Second.class, "box.closed", "1.0")
                .build();

        assertThat(family.definitions()).hasSize(2);
        assertThatIllegalStateException()
                .isThrownBy(() -> EventFamily.of(Nested.class)
                        .topic("t")
                        .key(event -> "k")
                        .event(Nested.First.class, "box.opened", "1.0")
                        .build())
                .withMessage("The family Nested lacks [Second]");
    }

    @Test
    void refuses_a_sealed_type_in_place_of_its_records() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventFamily.of(Nested.class).event(Nested.Group.class, "box.closed", "1.0"))
                .withMessage(Nested.Group.class.getName() + " is no record");
    }

    @Test
    void refuses_a_permitted_type_that_is_open_to_everyone() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        EventFamily.of(Leaky.class).topic("t").key(event -> "k").build())
                .withMessage(Leaky.Hole.class.getName()
                        + " is neither a record nor sealed: its events could not be counted");
    }

    private static EventFamily.Builder<BoxEvent> boxes() {
        return EventFamily.of(BoxEvent.class)
                .topic("boxes")
                .key(event -> event.boxId().toString());
    }

    interface Open {}

    sealed interface Nested {

        record First() implements Nested {}

        sealed interface Group extends Nested {

            record Second() implements Group {}
        }
    }

    sealed interface Leaky {

        non-sealed interface Hole extends Leaky {}
    }
}
