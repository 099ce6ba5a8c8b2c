CREATE TABLE stock (
    sku      text   PRIMARY KEY,
    on_hand  bigint NOT NULL CHECK (on_hand >= 0),
    reserved bigint NOT NULL CHECK (reserved BETWEEN 0 AND on_hand)
);

CREATE TABLE reservation (
    order_id uuid PRIMARY KEY,
    status   text NOT NULL
);

CREATE TABLE reservation_line (
    order_id uuid    NOT NULL REFERENCES reservation,
    sku      text    NOT NULL REFERENCES stock,
    quantity integer NOT NULL,
    PRIMARY KEY (order_id, sku)
);

CREATE TABLE idempotency_key (
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

-- Keys are free after 24 hours: the oldest are cleared away.
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
