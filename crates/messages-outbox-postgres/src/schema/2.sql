-- Campaigns. `settings` and `progress` are JSON.
CREATE TABLE messages_outbox.campaigns (
    num integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    version bigint NOT NULL,
    digest bytea NOT NULL,
    settings text NOT NULL,
    progress text NOT NULL
) WITH (fillfactor = 50);

-- Their recipients. `variables` is JSON, and erased when the recipient gets a row or run, whose ID is `id`.
CREATE TABLE messages_outbox.recipients (
    campaign integer NOT NULL,
    number bigint NOT NULL,
    recipient_hash bytea NOT NULL,
    digest bytea NOT NULL,
    line bigint,
    variant integer NOT NULL,
    state text NOT NULL,
    due_at bigint NOT NULL,
    zone text,
    variables text,
    reason text,
    id uuid,
    place bigint,
    PRIMARY KEY (campaign, number)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE UNIQUE INDEX recipients_hash ON messages_outbox.recipients (recipient_hash, campaign);
CREATE INDEX recipients_pending ON messages_outbox.recipients (campaign, due_at, number)
    WHERE state = 'pending';
CREATE INDEX recipients_place ON messages_outbox.recipients (campaign, place)
    WHERE place IS NOT NULL;

CREATE INDEX lanes_campaign ON messages_outbox.lanes (campaign) WHERE campaign IS NOT NULL;

-- The rights of a worker's role cover the tables that it was made with.
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_roles WHERE rolname = 'messages_outbox_worker'
            AND has_table_privilege(oid, 'messages_outbox.rows', 'INSERT')
    ) THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON messages_outbox.campaigns, messages_outbox.recipients
            TO messages_outbox_worker;
    END IF;
END
$$;
