CREATE TABLE product (
    sku            text   PRIMARY KEY,
    name           text   NOT NULL,
    price_value    bigint NOT NULL CHECK (price_value >= 0),
    price_currency text   NOT NULL
);

CREATE TABLE orders (
    id                     uuid        PRIMARY KEY,
    customer_id            text        NOT NULL,
    status                 text        NOT NULL,
    cancellation_requested boolean     NOT NULL,
    total_value            bigint      NOT NULL,
    total_currency         text        NOT NULL,
    timeline_length        integer     NOT NULL,
    placed_at              timestamptz NOT NULL
);

-- Order ids rise with time: newest first is by id.
CREATE INDEX orders_by_customer ON orders (customer_id, id DESC);
CREATE INDEX orders_by_status ON orders (status, id DESC);

CREATE TABLE order_line (
    order_id       uuid    NOT NULL REFERENCES orders,
    line_no        integer NOT NULL,
    sku            text    NOT NULL,
    quantity       integer NOT NULL,
    price_value    bigint  NOT NULL,
    price_currency text    NOT NULL,
    PRIMARY KEY (order_id, line_no)
);

-- What happened to an order, in log order.
CREATE TABLE order_timeline (
    order_id uuid        NOT NULL REFERENCES orders,
    position integer     NOT NULL,
    event_id uuid        NOT NULL,
    type     text        NOT NULL,
    at       timestamptz NOT NULL,
    source   text        NOT NULL,
    PRIMARY KEY (order_id, position)
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
