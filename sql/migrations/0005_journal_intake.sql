-- Records that are durable and not yet filed in the tables in which they are looked for. One row holds what was written at once,
-- as JSON, so that a commit touches one page and not one of every index. Rows are filed in the order of their number, in larger
-- batches; a row that cannot be filed stays, with its problem.

CREATE TABLE journal_intake (
    number BIGINT NOT NULL PRIMARY KEY,
    entry TEXT NOT NULL,
    problem TEXT NOT NULL DEFAULT ''
);
