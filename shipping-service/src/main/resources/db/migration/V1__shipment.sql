-- The recipient is there as long as the label needs it.
CREATE TABLE shipment (
    order_id        uuid        PRIMARY KEY,
    id              uuid        NOT NULL UNIQUE,
    status          text        NOT NULL,
    name            text,
    street          text,
    city            text,
    postal_code     text,
    country         text,
    carrier         text,
    tracking_number text,
    pickup_from     timestamptz,
    pickup_to       timestamptz
);

-- The simulated carrier's own books, which no other table knows.
CREATE SEQUENCE simulator_parcel;

CREATE TABLE simulator_label (
    key         text        PRIMARY KEY,
    answer      text        NOT NULL CHECK (answer IN ('MADE', 'UNDELIVERABLE', 'REFUSED')),
    parcel      bigint      NOT NULL UNIQUE DEFAULT nextval('simulator_parcel'),
    -- NULL where a label was voided before it was asked for.
    pickup_from timestamptz,
    pickup_to   timestamptz,
    voided      boolean     NOT NULL,
    label_calls integer     NOT NULL,
    void_calls  integer     NOT NULL
);
