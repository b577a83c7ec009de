-- Place of a row in a run. The run's ID is the row's with 0 as its last byte.
ALTER TABLE messages_outbox_intents ADD COLUMN step INTEGER;
ALTER TABLE messages_outbox_intents ADD COLUMN choice INTEGER;

-- Documents that are run, each once.
CREATE TABLE messages_outbox_definitions (
    digest BLOB PRIMARY KEY,
    document BLOB NOT NULL
) STRICT;

-- Runs of documents. `details` and `progress` are JSON.
CREATE TABLE messages_outbox_runs (
    id BLOB PRIMARY KEY,
    key_digest BLOB NOT NULL,
    digest BLOB NOT NULL,
    account TEXT NOT NULL,
    campaign TEXT,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    wake_at INTEGER,
    late_reads INTEGER NOT NULL DEFAULT 0,
    late_deliveries INTEGER NOT NULL DEFAULT 0,
    purged INTEGER NOT NULL DEFAULT 0,
    details TEXT NOT NULL,
    progress TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX messages_outbox_run_key ON messages_outbox_runs (key_digest);
CREATE INDEX messages_outbox_run_wake ON messages_outbox_runs (wake_at, id)
    WHERE wake_at IS NOT NULL;
CREATE INDEX messages_outbox_run_state ON messages_outbox_runs (state, id);
CREATE INDEX messages_outbox_run_unpurged ON messages_outbox_runs (state, id)
    WHERE purged = 0 AND state <> 'running';
CREATE INDEX messages_outbox_run_definition ON messages_outbox_runs (digest)
    WHERE purged = 0;

-- Recipients of runs, until erased.
CREATE TABLE messages_outbox_run_recipients (
    recipient_hash BLOB NOT NULL,
    run BLOB NOT NULL,
    PRIMARY KEY (recipient_hash, run)
) STRICT, WITHOUT ROWID;

CREATE INDEX messages_outbox_run_recipient ON messages_outbox_run_recipients (run);

-- Webhooks that came and did not come: one row.
CREATE TABLE messages_outbox_sight (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_webhook INTEGER,
    usual_silence INTEGER NOT NULL,
    accepted_since INTEGER,
    lost INTEGER NOT NULL
) STRICT;

INSERT INTO messages_outbox_sight (id, usual_silence, lost) VALUES (1, 0, 0);

CREATE TRIGGER messages_outbox_run_added AFTER INSERT ON messages_outbox_runs BEGIN
    INSERT INTO messages_outbox_counts (kind, name, number) VALUES ('run', new.state, 1)
        ON CONFLICT (kind, name) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER messages_outbox_run_changed AFTER UPDATE OF state ON messages_outbox_runs
    WHEN old.state <> new.state BEGIN
    UPDATE messages_outbox_counts SET number = number - 1 WHERE kind = 'run' AND name = old.state;
    INSERT INTO messages_outbox_counts (kind, name, number) VALUES ('run', new.state, 1)
        ON CONFLICT (kind, name) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER messages_outbox_run_late AFTER UPDATE OF late_reads, late_deliveries
    ON messages_outbox_runs
    WHEN old.late_reads <> new.late_reads OR old.late_deliveries <> new.late_deliveries BEGIN
    INSERT INTO messages_outbox_counts (kind, name, number)
        VALUES ('late', 'read', new.late_reads - old.late_reads),
            ('late', 'delivered', new.late_deliveries - old.late_deliveries)
        ON CONFLICT (kind, name) DO UPDATE SET number = number + excluded.number;
END;
