-- A reservation is updated once it ends. With room in its page a new version needs no entry in the indexes.
ALTER TABLE reservation SET (fillfactor = 70);

-- The lines are written by the reservation's own transaction, which has its row and holds that of the stock.
ALTER TABLE reservation_line DROP CONSTRAINT reservation_line_order_id_fkey, DROP CONSTRAINT reservation_line_sku_fkey;
