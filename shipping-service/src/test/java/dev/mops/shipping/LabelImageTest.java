package dev.mops.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.order.Address;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelImageTest {

    private static final Address ADDRESS =
            new Address("Ada Lovelace", List.of("Unter den Linden 1"), "Berlin", "10117", "DE");

    @Test
    void a_label_shows_carrier_recipient_and_tracking_number() {
        LabelScanner label = label("MOPS00000000017", ADDRESS);

        assertThat(label.text())
                .containsExactly(
                        "Carrier", "Ada Lovelace", "Unter den Linden 1", "10117 Berlin", "DE", "MOPS00000000017");
    }

    @Test
    void each_line_of_the_address_stands_in_its_own() {
        LabelScanner label = label(
                "T1",
                new Address("Ada", List.of("Unter den Linden 1", "Rear building", "3rd floor"), "Berlin", "1", "DE"));

        assertThat(label.text())
                .containsSubsequence("Ada", "Unter den Linden 1", "Rear building", "3rd floor", "1 Berlin", "DE");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "MOPS00000000017",
                "a-Z 0/9",
                "JJD1490000000000000000000000000000000000000000000000000000000064"
            })
    void the_barcode_scans_as_the_tracking_number(String trackingNumber) {
        assertThat(label(trackingNumber, ADDRESS).barcode()).isEqualTo(trackingNumber);
    }

    @Test
    void what_would_be_markup_stays_text() {
        String name = "</text><script>alert('1')</script>&amp;\"";

        LabelScanner label = label("T1", new Address(name, List.of("<&>"), "]]>", "'", "DE"));

        assertThat(label.elements()).containsExactly("rect", "text");
        assertThat(String.join("", label.text())).contains(name, "<&>", "' ]]>");
    }

    @Test
    void what_no_xml_can_hold_is_replaced() {
        assertThat(label("T1", new Address("a\u0007b\uD800c\uFFFEd😀", List.of("Straße"), "Łódź", "1", "PL"))
                        .text())
                .contains("a\uFFFDb\uFFFDc\uFFFDd😀", "Straße", "1 Łódź");
    }

    @Test
    void a_long_address_is_wrapped_and_nothing_of_it_is_lost() {
        String name = "The honourable society of recipients with names that do not fit";
        String street = "x".repeat(200);

        LabelScanner label = label("T1", new Address(name, List.of(street), "Berlin", "10117", "DE"));

        assertThat(label.text()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(28));
        assertThat(label.text())
                .startsWith("Carrier", "The honourable society of", "recipients with names that", "do not fit");
        assertThat(String.join("", label.text())).contains(street);
        assertThat(label.barcode()).isEqualTo("T1");
    }

    private static LabelScanner label(String trackingNumber, Address recipient) {
        return LabelScanner.of(
                LabelImage.svg(new Shipment.Label("Carrier", trackingNumber, Instant.EPOCH, Instant.EPOCH), recipient));
    }
}
