CREATE TABLE account (
    id      text   PRIMARY KEY,
    balance bigint NOT NULL DEFAULT 0,
    state   text   NOT NULL DEFAULT 'OPEN'
);

-- What the handlers did, in their order. No constraint: an effect that happens twice must be seen twice.
CREATE TABLE effect (
    seq      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type     text   NOT NULL,
    account  text   NOT NULL,
    number   bigint NOT NULL,
    event_id uuid   NOT NULL
);

-- What was published, noted in the transaction that published it.
CREATE TABLE published (
    seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text   NOT NULL,
    number  bigint NOT NULL
);

-- The other bank's own book: what it heard, by the key of the business act.
CREATE TABLE bank_book (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text   NOT NULL
);
