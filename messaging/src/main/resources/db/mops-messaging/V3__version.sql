-- Of which version these tables are, whoever applied them. One row; each later migration raises it.
CREATE TABLE mops_messaging_version (
    id      integer PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    version integer NOT NULL
);
INSERT INTO mops_messaging_version (version) VALUES (3);
