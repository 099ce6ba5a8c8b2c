package dev.mops.messaging.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.messaging.AccountService;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HorizonTest {

    private static final Instant CLAIMED = Instant.parse("2026-01-10T00:00:00Z");
    private static final Instant EARLY = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATE = Instant.parse("2026-01-05T00:00:00Z");

    @Test
    void the_horizon_is_the_youngest_record_that_was_forgotten_and_never_goes_back() {
        try (AccountService service = AccountService.named("horizon").start()) {
            Inbox inbox = new Inbox(service.jdbc(), "of-old");
            assertThat(inbox.knownHorizon()).isEqualTo(Instant.MIN);

            claim(service, EARLY);
            claim(service, LATE);
            assertThat(inbox.purge(Duration.ofDays(1), 100)).isEqualTo(2);
            assertThat(inbox.knownHorizon()).isEqualTo(LATE);

            claim(service, EARLY);
            assertThat(inbox.purge(Duration.ofDays(1), 100)).isEqualTo(1);
            assertThat(inbox.knownHorizon()).isEqualTo(LATE);

            // Of a release that did not note the time of the record.
            claim(service, null);
            assertThat(inbox.purge(Duration.ofDays(1), 100)).isEqualTo(1);
            assertThat(inbox.knownHorizon()).isEqualTo(CLAIMED);
        }
    }

    private static void claim(AccountService service, @Nullable Instant recordedAt) {
        service.jdbc()
                .update(
                        "INSERT INTO inbox_event (consumer_group, source, event_id, claimed_at, recorded_at)"
                                + " VALUES ('of-old', '/elsewhere', gen_random_uuid(), ?, ?)",
                        CLAIMED.atOffset(ZoneOffset.UTC),
                        recordedAt == null ? null : recordedAt.atOffset(ZoneOffset.UTC));
    }
}
