-- A payment is updated a few times soon after it was inserted. With room in its page a new version needs no entry in the indexes.
ALTER TABLE payment SET (fillfactor = 50);
