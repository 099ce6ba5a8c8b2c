package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Withdrawn;
import org.junit.jupiter.api.Test;

/** What operators did is remembered for long, and not for ever. */
class AuditPurgeTest {

    @Test
    void acts_are_forgotten_some_at_a_time_after_their_retention_but_not_those_on_what_is_still_held() {
        try (AccountService service = AccountService.named("audit_purge")
                .with("mops.messaging.retry-delays", "5ms")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            throw new IllegalStateException("fails");
                        })
                        .build())
                .start()) {
            service.publish(new Withdrawn("held", 1));
            await().untilAsserted(() ->
                    assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(1));
            // The purge runs when they start, then once a minute.
            service.consumers().stop();
            service.jdbc().execute("""
                    CREATE FUNCTION act(at timestamptz, grp text, event bigint) RETURNS void LANGUAGE sql AS
                        'INSERT INTO dead_letter_audit
                            (acted_at, operator, verified, action, reason, consumer_group, held_event_id, source, event_id)
                        VALUES (at, ''ada'', false, ''discard'', ''of old'', grp, event, ''/'', gen_random_uuid())';
                    CREATE FUNCTION bulk(finished timestamptz) RETURNS void LANGUAGE sql AS
                        'INSERT INTO dead_letter_bulk (consumer_group, created_at, operator, verified, action, reason, force,
                            rate, last_id, matched, finished_at)
                        VALUES (''audit_purge'', now() - interval ''400 days'', ''ada'', false, ''discard'', ''of old'', false,
                            10, 0, 0, finished)';
                    SELECT act(now() - interval '400 days', 'audit_purge', (SELECT id FROM held_event));
                    SELECT act(now() - interval '400 days', 'another-group', 900000);
                    SELECT act(now() - interval '364 days', 'audit_purge', 900001);
                    SELECT act(now() - interval '366 days' - n * interval '1 s', 'audit_purge', 900001 + n)
                        FROM generate_series(1, 5001) AS n;
                    SELECT bulk(now() - interval '366 days');
                    SELECT bulk(now() - interval '364 days');
                    SELECT bulk(NULL);
                    CREATE TABLE purge (deleted bigint);
                    CREATE FUNCTION note_purge() RETURNS trigger LANGUAGE plpgsql AS
                        'BEGIN INSERT INTO purge SELECT count(*) FROM deleted_rows; RETURN NULL; END';
                    CREATE TRIGGER note_purge AFTER DELETE ON dead_letter_audit REFERENCING OLD TABLE AS deleted_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION note_purge();
                    """);

            service.consumers().start();

            await().untilAsserted(
                            () -> assertThat(service.count("dead_letter_audit")).isEqualTo(3));
            assertThat(service.jdbc().queryForList("SELECT deleted FROM purge", Long.class))
                    .containsExactly(5_000L, 1L);
            assertThat(service.count("dead_letter_audit JOIN held_event ON held_event.id = held_event_id"))
                    .isEqualTo(1);
            assertThat(service.count("dead_letter_audit WHERE consumer_group = 'another-group'"))
                    .isEqualTo(1);
            await().untilAsserted(
                            () -> assertThat(service.count("dead_letter_bulk")).isEqualTo(2));
            assertThat(service.count("dead_letter_bulk WHERE finished_at IS NULL"))
                    .isEqualTo(1);
        }
    }
}
