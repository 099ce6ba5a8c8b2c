-- A shipment is updated a few times soon after it was inserted. With room in its page a new version needs no entry in the indexes.
ALTER TABLE shipment SET (fillfactor = 50);
