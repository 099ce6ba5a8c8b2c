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
