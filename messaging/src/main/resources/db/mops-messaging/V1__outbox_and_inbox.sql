-- The outbox: what a transaction published and the relay has not yet seen acknowledged. Lowest id first, deleted once acknowledged.
CREATE TABLE outbox_event (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic      text        NOT NULL,
    key        bytea       NOT NULL,
    value      bytea       NOT NULL,
    headers    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (
    -- A queue: every row dies young. Vacuum by number of dead rows, not by share of a table that is empty most of the time.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0
);

-- The inbox: the events that took effect. A row is the claim of an event by a consumer group, in the transaction of its effect.
CREATE TABLE inbox_event (
    consumer_group text        NOT NULL,
    source         text        NOT NULL,
    event_id       uuid        NOT NULL,
    claimed_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer_group, source, event_id)
);
