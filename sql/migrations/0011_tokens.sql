-- Tokens of people and programs for the API. Only the hash of a token is here: who reads this table can ask nothing with it.

CREATE TABLE api_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL,
    person TEXT NOT NULL,
    roles TEXT NOT NULL,
    note TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_by TEXT NOT NULL,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX api_tokens_by_digest ON api_tokens (digest);
