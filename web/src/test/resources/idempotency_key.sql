-- The table as each service that takes idempotency keys has it.
CREATE TABLE IF NOT EXISTS idempotency_key (
    endpoint     text        NOT NULL,
    customer     text        NOT NULL,
    key          text        NOT NULL,
    request_hash text        NOT NULL,
    status       integer,
    location     text,
    body         text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (endpoint, customer, key)
);
CREATE INDEX IF NOT EXISTS idempotency_key_by_age ON idempotency_key (created_at);
