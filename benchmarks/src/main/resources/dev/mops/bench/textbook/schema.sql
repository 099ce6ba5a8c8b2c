CREATE TABLE IF NOT EXISTS orders (
    id          uuid        PRIMARY KEY,
    customer_id text        NOT NULL,
    status      text        NOT NULL,
    details     text        NOT NULL,
    placed_at   timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS step (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id uuid        NOT NULL,
    type     text        NOT NULL,
    at       timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS inbox (
    event_id   uuid        PRIMARY KEY,
    handled_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS outbox (
    id      bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic   text    NOT NULL,
    key     text    NOT NULL,
    payload text    NOT NULL,
    sent    boolean NOT NULL
);

CREATE INDEX IF NOT EXISTS outbox_unsent ON outbox (id) WHERE NOT sent;
