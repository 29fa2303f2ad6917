-- Copies of one campaign: 16 hexadecimal digits, nearly the same for personalised copies of one text; empty for short texts.

ALTER TABLE journal ADD COLUMN text_fingerprint TEXT NOT NULL DEFAULT '';
CREATE INDEX journal_by_fingerprint ON journal (text_fingerprint, time_us);
