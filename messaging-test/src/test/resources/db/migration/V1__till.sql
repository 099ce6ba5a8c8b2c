CREATE TABLE bill (
    order_id uuid   PRIMARY KEY,
    amount   bigint NOT NULL,
    paid     boolean NOT NULL
);

CREATE TABLE receipt (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id uuid   NOT NULL
);

-- The books of the outside world: what was paid out, without a key that would make a second call the same act.
CREATE TABLE payout (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id uuid   NOT NULL
);

-- There before the first event.
INSERT INTO bill (order_id, amount, paid) VALUES ('00000000-0000-0000-0000-000000000001', 1, true);
INSERT INTO receipt (order_id) VALUES ('00000000-0000-0000-0000-000000000001');
