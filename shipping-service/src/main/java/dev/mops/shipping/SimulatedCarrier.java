package dev.mops.shipping;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * A carrier that delivers everywhere but to the postal code {@value #UNDELIVERABLE_POSTAL_CODE}. Its books are durable:
 * each call is one statement of its own, so that calls at the same moment, repeated ones and those in the wrong order
 * end as they should.
 */
@Component
class SimulatedCarrier implements Carrier {

    static final String NAME = "Simulated Parcel";
    static final String UNDELIVERABLE_POSTAL_CODE = "00000";

    private static final LocalTime PICKUP_FROM = LocalTime.of(9, 0);
    private static final LocalTime PICKUP_TO = LocalTime.of(12, 0);

    private static final String LABEL = """
            INSERT INTO simulator_label (key, answer, pickup_from, pickup_to, voided, label_calls, void_calls)
            VALUES (?, ?, ?, ?, false, 1, 0)
            ON CONFLICT (key) DO UPDATE SET label_calls = simulator_label.label_calls + 1
            RETURNING answer, parcel, pickup_from, pickup_to
            """;
    // A key that is not known yet is marked, so that a label that is asked for later is refused.
    private static final String VOID = """
            INSERT INTO simulator_label (key, answer, voided, label_calls, void_calls)
            VALUES (?, 'REFUSED', true, 0, 1)
            ON CONFLICT (key) DO UPDATE SET voided = true, void_calls = simulator_label.void_calls + 1
            """;

    private final JdbcTemplate books;
    private final InstantSource clock;

    SimulatedCarrier(JdbcTemplate books, InstantSource clock) {
        this.books = books;
        this.clock = clock;
    }

    @Override
    public Answer label(Request.MakeLabel label) {
        boolean deliverable = !label.recipient().postalCode().equals(UNDELIVERABLE_POSTAL_CODE);
        LocalDate day = nextWorkingDay(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
        Answer answer = books.queryForObject(
                LABEL,
                (row, _) -> answer(label.key(), row),
                label.key(),
                deliverable ? "MADE" : "UNDELIVERABLE",
                day.atTime(PICKUP_FROM).atOffset(ZoneOffset.UTC),
                day.atTime(PICKUP_TO).atOffset(ZoneOffset.UTC));
        if (answer == null) {
            throw new IllegalStateException("The books returned no answer for " + label.key());
        }
        return answer;
    }

    @Override
    public Answer voidLabel(Request.VoidLabel label) {
        books.update(VOID, label.label());
        return new Answer.Voided();
    }

    private static Answer answer(String key, ResultSet row) throws SQLException {
        return switch (row.getString("answer")) {
            case "MADE" ->
                new Answer.Made(
                        NAME,
                        trackingNumber(row.getLong("parcel")),
                        instant(row, "pickup_from"),
                        instant(row, "pickup_to"));
            case "UNDELIVERABLE" -> new Answer.Undeliverable("The carrier does not deliver to this postal code");
            default -> throw new IllegalStateException("The label " + key + " was voided before it was asked for");
        };
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** Letters, ten digits, and the check digit of GS1 (weights 3 and 1 from the right). */
    static String trackingNumber(long parcel) {
        String digits = "%010d".formatted(parcel);
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int weight = (digits.length() - i) % 2 == 1 ? 3 : 1;
            sum += weight * Character.digit(digits.charAt(i), 10);
        }
        return "MOPS" + digits + Math.floorMod(-sum, 10);
    }

    static LocalDate nextWorkingDay(LocalDate today) {
        LocalDate day = today.plusDays(1);
        while (day.getDayOfWeek() == DayOfWeek.SATURDAY || day.getDayOfWeek() == DayOfWeek.SUNDAY) {
            day = day.plusDays(1);
        }
        return day;
    }
}
