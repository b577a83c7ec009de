-- Campaigns. `settings` and `progress` are JSON.
CREATE TABLE messages_outbox_campaigns (
    num INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest BLOB NOT NULL,
    settings TEXT NOT NULL,
    progress TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX messages_outbox_campaign_name ON messages_outbox_campaigns (name);

-- Their recipients. `variables` is JSON, and erased when the recipient gets a row or run, whose ID is `id`.
CREATE TABLE messages_outbox_recipients (
    campaign INTEGER NOT NULL,
    number INTEGER NOT NULL,
    recipient_hash BLOB NOT NULL,
    digest BLOB NOT NULL,
    line INTEGER,
    variant INTEGER NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    zone TEXT,
    variables TEXT,
    reason TEXT,
    id BLOB,
    place INTEGER,
    PRIMARY KEY (campaign, number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX messages_outbox_recipient_hash ON messages_outbox_recipients
    (campaign, recipient_hash);
CREATE INDEX messages_outbox_recipient_pending ON messages_outbox_recipients
    (campaign, due_at, number) WHERE state = 'pending';
CREATE INDEX messages_outbox_recipient_place ON messages_outbox_recipients (campaign, place)
    WHERE place IS NOT NULL;
