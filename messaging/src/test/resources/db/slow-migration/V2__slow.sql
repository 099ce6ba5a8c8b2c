-- Longer than a transaction of the service may last.
SELECT pg_sleep(1);
