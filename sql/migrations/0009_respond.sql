-- What the response was told, in its order: its state is the state of this list. Reports are named beside it, because their
-- evidence is kept as long as they are.

CREATE TABLE respond_events (
    number BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    kind TEXT NOT NULL,
    entry TEXT NOT NULL
);
CREATE UNIQUE INDEX respond_events_by_id ON respond_events (id);

CREATE TABLE reports (
    id TEXT NOT NULL PRIMARY KEY,
    time_us BIGINT NOT NULL,
    evidence TEXT NOT NULL
);
CREATE INDEX reports_by_evidence ON reports (evidence, time_us);
