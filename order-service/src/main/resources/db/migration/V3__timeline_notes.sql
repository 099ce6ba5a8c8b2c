-- What is worth knowing of an event beside its type: by what an order was held up, and why.
ALTER TABLE order_timeline ADD COLUMN note text;
