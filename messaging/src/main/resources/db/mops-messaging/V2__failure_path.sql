-- A wake-up and a dead letter may have no value, and a record of somebody else no key.
ALTER TABLE outbox_event ALTER COLUMN key DROP NOT NULL;
ALTER TABLE outbox_event ALTER COLUMN value DROP NOT NULL;

-- When Kafka got the record: what the purge has forgotten must not take effect a second time.
ALTER TABLE inbox_event ADD COLUMN recorded_at timestamptz;
CREATE INDEX inbox_event_claimed_at ON inbox_event USING brin (claimed_at);

-- What the purge has forgotten: the time of the youngest record among the claims that it deleted.
CREATE TABLE inbox_horizon (
    consumer_group text        PRIMARY KEY,
    recorded_at    timestamptz NOT NULL
);

-- The keys of a consumer group whose first failed event, the head, has not taken effect. Whoever changes what belongs to a key holds
-- the lock of its row.
CREATE TABLE held_key (
    consumer_group text        NOT NULL,
    -- SHA-256 of topic and key: a key may be longer than an index takes.
    key_hash       bytea       NOT NULL,
    topic          text        NOT NULL,
    -- RETRYING: runs again when due. DEAD: an operator has to act.
    state          text        NOT NULL CHECK (state IN ('RETRYING', 'DEAD')),
    -- held_event.id of the head.
    head           bigint      NOT NULL,
    -- Failed attempts of the head that count.
    attempts       integer     NOT NULL,
    -- How often the head found the outside world away.
    deferrals      integer     NOT NULL DEFAULT 0,
    due            timestamptz,
    -- Raised by each change: who acts on a row that has moved since does nothing.
    version        bigint      NOT NULL DEFAULT 1,
    -- Head and state that were announced to the entity's other readers; null where none was.
    announced      text,
    PRIMARY KEY (consumer_group, key_hash),
    CHECK ((state = 'RETRYING') = (due IS NOT NULL))
);
CREATE INDEX held_key_due ON held_key (consumer_group, due) WHERE state = 'RETRYING';
CREATE INDEX held_key_dead ON held_key (consumer_group, head) WHERE state = 'DEAD';

-- The events of held keys as they came, lowest id first: the head, then those that wait behind it.
CREATE TABLE held_event (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer_group  text        NOT NULL,
    key_hash        bytea       NOT NULL,
    source          text        NOT NULL,
    event_id        uuid        NOT NULL,
    -- As the header says, printable; null where there is none.
    type            text,
    topic           text        NOT NULL,
    partition       integer     NOT NULL,
    record_offset   bigint      NOT NULL,
    recorded_at     timestamptz NOT NULL,
    -- All bytes: text can't hold every byte, and what can't be stored can't be held.
    key             bytea,
    value           bytea,
    headers         bytea       NOT NULL,
    held_at         timestamptz NOT NULL DEFAULT now(),
    -- Of a head that has failed.
    error_class     text,
    error_message   text,
    first_failed_at timestamptz,
    last_failed_at  timestamptz,
    -- Since when each attempt has found the outside world away.
    away_since      timestamptz,
    -- An intent of a call of the outside world was recorded, and its outcome is not known.
    calling         boolean     NOT NULL DEFAULT false,
    replays         integer     NOT NULL DEFAULT 0,
    FOREIGN KEY (consumer_group, key_hash) REFERENCES held_key DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX held_event_of_key ON held_event (consumer_group, key_hash, id);
CREATE UNIQUE INDEX held_event_once ON held_event (consumer_group, source, event_id);

-- What operators did, kept for ever.
CREATE TABLE dead_letter_audit (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    acted_at       timestamptz NOT NULL DEFAULT now(),
    operator       text        NOT NULL,
    -- Whether the operator was authenticated.
    verified       boolean     NOT NULL,
    action         text        NOT NULL CHECK (action IN ('replay', 'discard', 'edit')),
    reason         text        NOT NULL,
    bulk_id        bigint,
    consumer_group text        NOT NULL,
    held_event_id  bigint      NOT NULL,
    source         text        NOT NULL,
    event_id       uuid        NOT NULL,
    type           text,
    key            bytea,
    error_class    text,
    -- The payload before an edit.
    previous_value bytea
);
CREATE INDEX dead_letter_audit_of_event ON dead_letter_audit (held_event_id);

-- Acts on many dead letters, done one by one in the background; a restart goes on behind the position.
CREATE TABLE dead_letter_bulk (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer_group text        NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    operator       text        NOT NULL,
    verified       boolean     NOT NULL,
    action         text        NOT NULL CHECK (action IN ('replay', 'discard')),
    reason         text        NOT NULL,
    force          boolean     NOT NULL,
    -- Which dead letters; null is any.
    type           text,
    error          text,
    key            bytea,
    dead_before    timestamptz,
    -- Acts in a second, at most.
    rate           integer     NOT NULL,
    -- The dead letters of the beginning only: ids up to the last; done are those up to the position.
    last_id        bigint      NOT NULL,
    position       bigint      NOT NULL DEFAULT 0,
    matched        bigint      NOT NULL,
    acted          bigint      NOT NULL DEFAULT 0,
    skipped        bigint      NOT NULL DEFAULT 0,
    -- When the last act was, for the rate.
    acted_at       timestamptz,
    finished_at    timestamptz
);

-- Failures that were asked for, in the demo and in tests.
CREATE TABLE failure_switch (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer_group text        NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    -- Which events; null is any.
    type           text,
    key            text,
    how            text        NOT NULL CHECK (how IN ('throw', 'slow', 'poison', 'unavailable')),
    -- How often yet; null is until cleared.
    remaining      integer
);
