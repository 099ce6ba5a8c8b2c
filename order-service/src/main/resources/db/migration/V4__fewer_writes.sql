-- Each step of an order is a new version of its row, and each version an entry in each index. Those that stand still are found by
-- their status, which has an index already: there are no more of them than may be in flight.
DROP INDEX orders_open_by_move;

-- The lines and the timeline are written by the order's own transaction, which has its row: a look for it at each of theirs was a
-- quarter of what they cost.
ALTER TABLE order_line DROP CONSTRAINT order_line_order_id_fkey;
ALTER TABLE order_timeline DROP CONSTRAINT order_timeline_order_id_fkey;
