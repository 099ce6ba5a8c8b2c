CREATE TABLE sale (
    order_id    uuid        PRIMARY KEY,
    -- The hour in which the order was placed, by its event: no clock of this service has a say in it.
    placed_hour timestamptz NOT NULL,
    status      text        NOT NULL
);

CREATE TABLE sale_line (
    order_id   uuid    NOT NULL REFERENCES sale,
    sku        text    NOT NULL,
    quantity   integer NOT NULL,
    -- Of one piece, in minor units.
    unit_price bigint  NOT NULL,
    currency   text    NOT NULL,
    PRIMARY KEY (order_id, sku, unit_price, currency)
);

CREATE INDEX sale_by_hour ON sale (placed_hour);
