-- The purge reads the oldest claims of its group, a chunk at a time. Block ranges don't lead to them: once freed space is used
-- again, each range has old and new ones. Claims of one batch are one entry of this index.
CREATE INDEX inbox_event_group_claimed_at ON inbox_event (consumer_group, claimed_at);

-- What operators did is kept for mops.messaging.audit-retention.
CREATE INDEX dead_letter_audit_acted_at ON dead_letter_audit (consumer_group, acted_at);

-- The default share of dead rows finds a drained outbox as soon as this number did. That a vacuum isn't slowed, and doesn't come
-- for inserts, stays: both were measured.
ALTER TABLE outbox_event RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);

-- Last, since it locks out readers, too.
DROP INDEX inbox_event_claimed_at;

UPDATE mops_messaging_version SET version = 4;
