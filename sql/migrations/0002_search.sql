-- Who asked, in the words of the MTA, and what a message is found by: where its links lead and what is attached to it.
-- reversed_domain is the host with its labels in reverse order and a full stop behind each ("com.example.www."), so that a domain
-- and all below it is one range.

ALTER TABLE journal ADD COLUMN client_name TEXT NOT NULL DEFAULT '';
ALTER TABLE journal ADD COLUMN sasl_login TEXT NOT NULL DEFAULT '';
ALTER TABLE journal ADD COLUMN queue_id TEXT NOT NULL DEFAULT '';
CREATE INDEX journal_by_login ON journal (sasl_login, time_us);

CREATE TABLE journal_links (
    record_id TEXT NOT NULL REFERENCES journal (id),
    reversed_domain TEXT NOT NULL,
    PRIMARY KEY (reversed_domain, record_id)
);
CREATE INDEX journal_links_by_record ON journal_links (record_id);

CREATE TABLE journal_attachments (
    record_id TEXT NOT NULL REFERENCES journal (id),
    sha256 TEXT NOT NULL,
    PRIMARY KEY (sha256, record_id)
);
CREATE INDEX journal_attachments_by_record ON journal_attachments (record_id);
