-- What the watch saw of outgoing mail, what else it was told, and its alarms. The numbers of `journal.watch_number` and
-- `watch_events.number` are one sequence: a snapshot of the watch names the last that it has seen, and what came after it is
-- read from here in their order.

ALTER TABLE journal ADD COLUMN watch_number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN watched TEXT NOT NULL DEFAULT '';
CREATE INDEX journal_by_watch_number ON journal (watch_number) WHERE watch_number > 0;

-- Bounces and complaints name the message that they are about.
CREATE INDEX journal_by_message_id ON journal (message_id) WHERE message_id <> '';

-- The alarm that holds a message; empty: something else does.
ALTER TABLE held ADD COLUMN alarm TEXT NOT NULL DEFAULT '';
CREATE INDEX held_by_alarm ON held (alarm, state) WHERE alarm <> '';

CREATE TABLE watch_events (
    number BIGINT NOT NULL PRIMARY KEY,
    time_us BIGINT NOT NULL,
    entry TEXT NOT NULL
);
CREATE INDEX watch_events_by_time ON watch_events (time_us);

CREATE TABLE watch_alarms (
    id TEXT NOT NULL PRIMARY KEY,
    time_us BIGINT NOT NULL,
    customer TEXT NOT NULL,
    state TEXT NOT NULL,
    entry TEXT NOT NULL,
    snoozed_until BIGINT,
    snoozed_by TEXT NOT NULL DEFAULT '',
    snooze_reason TEXT NOT NULL DEFAULT '',
    asked_at BIGINT,
    asked TEXT NOT NULL DEFAULT ''
);
CREATE INDEX watch_alarms_by_time ON watch_alarms (time_us, id);
CREATE INDEX watch_alarms_by_state ON watch_alarms (state, time_us, id);
CREATE INDEX watch_alarms_by_customer ON watch_alarms (customer, time_us, id);

-- Sums of one customer's days (since 1970-01-01 UTC), for plots.
CREATE TABLE watch_days (
    customer TEXT NOT NULL,
    day BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    recipients BIGINT NOT NULL,
    held BIGINT NOT NULL,
    paced BIGINT NOT NULL,
    bounces BIGINT NOT NULL,
    complaints BIGINT NOT NULL,
    PRIMARY KEY (customer, day)
);
