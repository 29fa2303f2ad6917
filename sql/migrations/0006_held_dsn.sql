-- What the sender of a held message wants to be told about its delivery (RFC 3461), so that a release can ask for the same: the
-- parameters as they stand in MAIL and RCPT, one line for each recipient.

ALTER TABLE held ADD COLUMN sender_dsn TEXT NOT NULL DEFAULT '';
ALTER TABLE held ADD COLUMN recipients_dsn TEXT NOT NULL DEFAULT '';
