-- The journal, standing orders and held messages. Portable: BIGINT for every number and for time (microseconds since
-- 1970 UTC), TEXT for the rest. A statement ends with a semicolon at the end of a line. Columns named *_key are
-- lower-case copies to search by.

CREATE TABLE journal (
    id TEXT NOT NULL PRIMARY KEY,
    time_us BIGINT NOT NULL,
    direction TEXT NOT NULL,
    listener TEXT NOT NULL,
    client_ip TEXT NOT NULL,
    helo TEXT NOT NULL,
    mail_from TEXT NOT NULL,
    sender_key TEXT NOT NULL,
    recipients TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    subject TEXT NOT NULL,
    subject_key TEXT NOT NULL,
    header_from TEXT NOT NULL,
    message_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    disposition TEXT NOT NULL,
    ambiguous BIGINT NOT NULL,
    reasons TEXT NOT NULL,
    findings TEXT NOT NULL,
    outcome TEXT NOT NULL,
    customer TEXT NOT NULL,
    held_id TEXT NOT NULL,
    next_hop_reply TEXT NOT NULL,
    engine_version TEXT NOT NULL,
    elapsed_us BIGINT NOT NULL,
    content_sha256 TEXT NOT NULL
);
CREATE INDEX journal_by_time ON journal (time_us, id);
CREATE INDEX journal_by_sender ON journal (sender_key, time_us);
CREATE INDEX journal_by_customer ON journal (customer, time_us);
CREATE INDEX journal_by_content ON journal (content_sha256);

CREATE TABLE journal_recipients (
    record_id TEXT NOT NULL REFERENCES journal (id),
    position BIGINT NOT NULL,
    recipient_key TEXT NOT NULL,
    PRIMARY KEY (record_id, position)
);
CREATE INDEX journal_recipients_by_recipient ON journal_recipients (recipient_key);

CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    value TEXT NOT NULL,
    direction TEXT NOT NULL,
    reason TEXT NOT NULL,
    given_by TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_by TEXT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX orders_by_time ON orders (given_at, id);

CREATE TABLE held (
    id TEXT NOT NULL PRIMARY KEY,
    record_id TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    direction TEXT NOT NULL,
    mail_from TEXT NOT NULL,
    sender_key TEXT NOT NULL,
    recipients TEXT NOT NULL,
    recipients_key TEXT NOT NULL,
    customer TEXT NOT NULL,
    subject TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    reason TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at BIGINT,
    decision_note TEXT NOT NULL
);
CREATE INDEX held_by_state ON held (state, time_us, id);
