-- Where an order is held up, as the other services say.
CREATE TABLE order_hold (
    order_id   uuid        NOT NULL REFERENCES orders,
    service    text        NOT NULL,
    event_type text,
    reason     text        NOT NULL,
    dead       boolean     NOT NULL,
    since      timestamptz NOT NULL,
    PRIMARY KEY (order_id, service)
);

-- When an order went its last step.
ALTER TABLE orders ADD COLUMN moved_at timestamptz;
UPDATE orders SET moved_at = coalesce((SELECT max(t.at) FROM order_timeline t WHERE t.order_id = orders.id), placed_at);
ALTER TABLE orders ALTER COLUMN moved_at SET NOT NULL;

-- Orders that stand still: the final ones are not in it.
CREATE INDEX orders_open_by_move ON orders (moved_at) WHERE status IN ('PLACED', 'RESERVED', 'PAID');
