-- Who did what with a held message, and why: reading it, releasing it, deleting it, and what came of it. Only ever added to.

CREATE TABLE held_acts (
    held_id TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    act TEXT NOT NULL,
    done_by TEXT NOT NULL,
    caller TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX held_acts_by_held ON held_acts (held_id, time_us);
CREATE INDEX held_by_content ON held (content_sha256);
CREATE INDEX held_by_record ON held (record_id);
