-- Profiles of customers who were quiet for long: compressed, sealed, in base64. The watch's snapshot names their tickets; a row
-- that neither it nor the running watch names is worth nothing.

CREATE TABLE watch_away (
    ticket BIGINT NOT NULL PRIMARY KEY,
    profile TEXT NOT NULL
);
