CREATE TABLE payment (
    order_id        uuid   PRIMARY KEY,
    payment_id      uuid   NOT NULL UNIQUE,
    -- NEW is no row yet.
    status          text   NOT NULL CHECK (status <> 'NEW'),
    -- Null where the order ended before billing heard of its beginning.
    amount_value    bigint,
    amount_currency text,
    -- Null once the payment is final.
    payment_token   text,
    CHECK ((amount_value IS NULL) = (amount_currency IS NULL))
);

-- The books of the simulated payment gateway: a row for each charge, which its idempotency key names.
CREATE TABLE simulator_charge (
    key             text    PRIMARY KEY,
    -- UNANSWERED (the gateway is away), APPROVED, DECLINED, VOIDED or REFUNDED.
    state           text    NOT NULL,
    -- Why it was declined.
    reason          text,
    -- The money that was taken. In VOIDED and REFUNDED it was given back; null where none was taken ever.
    amount_value    bigint,
    amount_currency text,
    -- The idempotency key of the refund.
    refund_key      text,
    charge_calls    integer NOT NULL DEFAULT 0,
    void_calls      integer NOT NULL DEFAULT 0,
    refund_calls    integer NOT NULL DEFAULT 0
);
