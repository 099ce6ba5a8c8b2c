CREATE TABLE shipment (
    order_id        uuid        PRIMARY KEY,
    shipment_id     uuid        NOT NULL UNIQUE,
    -- NEW is no row yet.
    status          text        NOT NULL CHECK (status <> 'NEW'),
    -- The recipient: null once nothing will ship.
    name            text,
    street          text,
    city            text,
    postal_code     text,
    country         text,
    -- What the carrier has made: null before. It counts in LABELLED and SHIPPED only.
    carrier         text,
    tracking_number text,
    pickup_from     timestamptz,
    pickup_to       timestamptz
);

-- The books of the simulated carrier: a row for each label, which its idempotency key names.
CREATE SEQUENCE simulator_parcel;

CREATE TABLE simulator_label (
    key         text        PRIMARY KEY,
    -- MADE, UNDELIVERABLE, or REFUSED where a label was voided before it was asked for.
    answer      text        NOT NULL,
    parcel      bigint      NOT NULL UNIQUE DEFAULT nextval('simulator_parcel'),
    -- Null where it was refused.
    pickup_from timestamptz,
    pickup_to   timestamptz,
    voided      boolean     NOT NULL,
    label_calls integer     NOT NULL,
    void_calls  integer     NOT NULL
);
