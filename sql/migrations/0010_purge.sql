-- What playbooks take out of mailboxes: a row about each message before it is moved, and how it went with each mailbox. The key is
-- that of the effect, so that whoever goes on after a crash knows what was begun.

CREATE TABLE purges (
    effect TEXT NOT NULL PRIMARY KEY,
    incident TEXT NOT NULL,
    begun_us BIGINT NOT NULL,
    taken_back_us BIGINT NOT NULL
);

CREATE TABLE purged_mailboxes (
    effect TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    outcome TEXT NOT NULL,
    why TEXT NOT NULL,
    copies BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    forwarded BIGINT NOT NULL,
    innocent BIGINT NOT NULL,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (effect, mailbox)
);

CREATE TABLE purged_mail (
    effect TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uid_validity BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    stage TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    flags TEXT NOT NULL,
    internal_date TEXT NOT NULL,
    sealed_folder TEXT NOT NULL,
    sealed_uid_validity BIGINT NOT NULL,
    sealed_uid BIGINT NOT NULL,
    restored_uid_validity BIGINT NOT NULL,
    restored_uid BIGINT NOT NULL,
    PRIMARY KEY (effect, mailbox, folder, uid_validity, uid)
);

-- How far reports of a mailbox were picked up. It may be lost: then messages are fetched once more and found to be stored.
CREATE TABLE picked_up (
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uid_validity BIGINT NOT NULL,
    next_uid BIGINT NOT NULL,
    untaken TEXT NOT NULL,
    PRIMARY KEY (mailbox, folder)
);
