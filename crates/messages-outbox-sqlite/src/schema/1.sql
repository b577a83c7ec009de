-- Values of the store as a whole: one row.
CREATE TABLE messages_outbox_meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    hash_key BLOB NOT NULL,
    incarnation BLOB NOT NULL,
    generation INTEGER NOT NULL,
    restored INTEGER NOT NULL
) STRICT;

-- What does not change while a row is sent, and the payload. Purging erases key, recipient and payload.
CREATE TABLE messages_outbox_intents (
    num INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    namespace TEXT NOT NULL,
    key TEXT,
    key_digest BLOB NOT NULL UNIQUE,
    digest BLOB NOT NULL,
    account TEXT NOT NULL,
    sender TEXT NOT NULL,
    channel TEXT NOT NULL,
    campaign TEXT,
    priority INTEGER NOT NULL,
    recipient TEXT,
    recipient_hash BLOB,
    tags TEXT,
    due_at INTEGER NOT NULL,
    send_before INTEGER,
    enqueued_at INTEGER NOT NULL,
    payload BLOB
) STRICT;

CREATE INDEX messages_outbox_recipient ON messages_outbox_intents (recipient_hash)
    WHERE recipient_hash IS NOT NULL;

-- Intents that were added without the store's key.
CREATE INDEX messages_outbox_unhashed ON messages_outbox_intents (recipient_hash)
    WHERE recipient_hash IS NULL AND recipient IS NOT NULL;

-- What queued rows are found by.
CREATE TABLE messages_outbox_lanes (
    num INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    sender TEXT NOT NULL,
    channel TEXT NOT NULL,
    campaign TEXT
) STRICT;

CREATE UNIQUE INDEX messages_outbox_lane ON messages_outbox_lanes
    (account, sender, channel, coalesce(campaign, ''), campaign IS NULL);

-- The state of each intent. Times are microseconds since 1970, in UTC.
CREATE TABLE messages_outbox_rows (
    id BLOB PRIMARY KEY,
    intent INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    resend INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    lease_until INTEGER,
    held INTEGER NOT NULL DEFAULT 0,
    message_uuid TEXT,
    workflow_id TEXT,
    status TEXT,
    reason TEXT,
    contradictions INTEGER NOT NULL DEFAULT 0,
    purged INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Each of these ends with the row's ID.
CREATE INDEX messages_outbox_due ON messages_outbox_rows (lane, priority, due_at)
    WHERE state = 'queued' AND held = 0;
CREATE INDEX messages_outbox_lease ON messages_outbox_rows (lease_until)
    WHERE lease_until IS NOT NULL;
CREATE INDEX messages_outbox_since ON messages_outbox_rows (state, since)
    WHERE state = 'sending' OR state = 'in_doubt';
CREATE INDEX messages_outbox_state ON messages_outbox_rows (state);
CREATE INDEX messages_outbox_unpurged ON messages_outbox_rows (state)
    WHERE purged = 0 AND state <> 'queued' AND state <> 'claimed' AND state <> 'sending';
CREATE INDEX messages_outbox_message ON messages_outbox_rows (message_uuid)
    WHERE message_uuid IS NOT NULL;
CREATE INDEX messages_outbox_workflow ON messages_outbox_rows (workflow_id)
    WHERE workflow_id IS NOT NULL;

CREATE TABLE messages_outbox_history (
    id BLOB NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    detail TEXT,
    PRIMARY KEY (id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages_outbox_holds (
    scope TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE messages_outbox_slots (
    scope TEXT PRIMARY KEY,
    next INTEGER NOT NULL,
    paused_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE messages_outbox_consents (
    sender_group TEXT NOT NULL,
    recipient_hash BLOB NOT NULL,
    opted_out INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (sender_group, recipient_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages_outbox_parked (
    message_uuid TEXT NOT NULL,
    fact TEXT NOT NULL,
    workflow_id TEXT,
    until INTEGER NOT NULL,
    PRIMARY KEY (message_uuid, fact)
) STRICT, WITHOUT ROWID;

CREATE INDEX messages_outbox_parked_workflow ON messages_outbox_parked (workflow_id)
    WHERE workflow_id IS NOT NULL;
CREATE INDEX messages_outbox_parked_until ON messages_outbox_parked (until);

-- Written by the triggers below in the transaction of the row, so that they add up at every instant.
CREATE TABLE messages_outbox_counts (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- One INSERT adds an intent, whichever program runs it; the rest follows.
CREATE TRIGGER messages_outbox_intent_added AFTER INSERT ON messages_outbox_intents BEGIN
    INSERT INTO messages_outbox_lanes (account, sender, channel, campaign)
        SELECT new.account, new.sender, new.channel, new.campaign
        WHERE NOT EXISTS (
            SELECT 1 FROM messages_outbox_lanes
            WHERE account = new.account AND sender = new.sender AND channel = new.channel
                AND campaign IS new.campaign
        );
    INSERT INTO messages_outbox_rows (id, intent, lane, priority, state, since, due_at)
        SELECT new.id, new.num, num, new.priority, 'queued', new.enqueued_at, new.due_at
        FROM messages_outbox_lanes
        WHERE account = new.account AND sender = new.sender AND channel = new.channel
            AND campaign IS new.campaign;
END;

CREATE TRIGGER messages_outbox_row_added AFTER INSERT ON messages_outbox_rows BEGIN
    UPDATE messages_outbox_counts SET number = number + 1
        WHERE kind = 'state' AND name = new.state;
END;

CREATE TRIGGER messages_outbox_state_changed AFTER UPDATE OF state ON messages_outbox_rows
    WHEN old.state <> new.state BEGIN
    UPDATE messages_outbox_counts SET number = number - 1
        WHERE kind = 'state' AND name = old.state;
    UPDATE messages_outbox_counts SET number = number + 1
        WHERE kind = 'state' AND name = new.state;
END;

CREATE TRIGGER messages_outbox_status_changed AFTER UPDATE OF status ON messages_outbox_rows
    WHEN old.status IS NOT new.status BEGIN
    UPDATE messages_outbox_counts SET number = number - 1
        WHERE kind = 'status' AND name = old.status;
    INSERT INTO messages_outbox_counts (kind, name, number) VALUES ('status', new.status, 1)
        ON CONFLICT (kind, name) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER messages_outbox_contradicted AFTER UPDATE OF contradictions ON messages_outbox_rows
    WHEN old.contradictions <> new.contradictions BEGIN
    INSERT INTO messages_outbox_counts (kind, name, number)
        VALUES ('contradictions', '', new.contradictions - old.contradictions)
        ON CONFLICT (kind, name) DO UPDATE SET number = number + excluded.number;
END;
