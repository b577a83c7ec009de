-- Values of the store as a whole: one row. `identity` names the database that the rows were written in.
CREATE TABLE messages_outbox.meta (
    id smallint PRIMARY KEY CHECK (id = 1),
    hash_key bytea NOT NULL,
    identity text NOT NULL,
    restored boolean NOT NULL
);

-- Fields that do not change while a row is sent. Purging erases key and recipient. `send_window` is JSON: times of the week
-- at which the message may be sent; `zone` the IANA name of the recipient's time zone; `step` and `choice` are the place
-- of the row in a run, whose ID is the row's with 0 as its last byte.
CREATE TABLE messages_outbox.intents (
    id uuid PRIMARY KEY,
    namespace text NOT NULL,
    key text,
    key_digest bytea NOT NULL UNIQUE,
    digest bytea NOT NULL,
    recipient text,
    recipient_hash bytea,
    tags text,
    send_before bigint,
    send_window text,
    zone text,
    enqueued_at bigint NOT NULL,
    step smallint,
    choice smallint
);

CREATE INDEX intents_recipient ON messages_outbox.intents (recipient_hash)
    WHERE recipient_hash IS NOT NULL;

-- Intents that were added without the store's key.
CREATE INDEX intents_unhashed ON messages_outbox.intents (id)
    WHERE recipient_hash IS NULL AND recipient IS NOT NULL;

-- JSON of each message or workflow. Purging removes it, which leaves its space to later ones.
CREATE TABLE messages_outbox.payloads (
    id uuid PRIMARY KEY,
    payload text NOT NULL
);

-- Queued rows of one lane and campaign lie side by side in an index.
CREATE TABLE messages_outbox.lanes (
    num integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL,
    sender text NOT NULL,
    channel text NOT NULL,
    campaign text
);

CREATE UNIQUE INDEX lanes_name ON messages_outbox.lanes
    (account, sender, channel, (coalesce(campaign, '')), (campaign IS NULL));

-- The state of each intent. Times are microseconds since 1970, in UTC.
CREATE TABLE messages_outbox.rows (
    id uuid PRIMARY KEY,
    lane integer NOT NULL,
    priority smallint NOT NULL,
    state text NOT NULL,
    since bigint NOT NULL,
    epoch bigint NOT NULL DEFAULT 0,
    attempt integer NOT NULL DEFAULT 0,
    resend smallint NOT NULL DEFAULT 0,
    due_at bigint NOT NULL,
    lease_until bigint,
    held boolean NOT NULL DEFAULT false,
    message_uuid text,
    workflow_id text,
    status text,
    reason text,
    contradictions integer NOT NULL DEFAULT 0,
    purged boolean NOT NULL DEFAULT false
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX rows_due ON messages_outbox.rows (lane, priority, due_at, id)
    WHERE state = 'queued' AND NOT held;
CREATE INDEX rows_lease ON messages_outbox.rows (lease_until)
    WHERE lease_until IS NOT NULL;
CREATE INDEX rows_since ON messages_outbox.rows (state, since)
    WHERE state IN ('sending', 'in_doubt');
CREATE INDEX rows_unpurged ON messages_outbox.rows (state, id)
    WHERE NOT purged AND state NOT IN ('claimed', 'sending');
CREATE INDEX rows_message ON messages_outbox.rows (message_uuid)
    WHERE message_uuid IS NOT NULL;
CREATE INDEX rows_workflow ON messages_outbox.rows (workflow_id)
    WHERE workflow_id IS NOT NULL;

CREATE TABLE messages_outbox.history (
    id uuid NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    at bigint NOT NULL,
    event text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    attempt integer NOT NULL,
    detail text,
    PRIMARY KEY (id, number)
);

CREATE TABLE messages_outbox.holds (
    scope text PRIMARY KEY
);

-- Next free send slot, and end of the pause after a 429, of each scope of a rate.
CREATE TABLE messages_outbox.slots (
    kind text NOT NULL CHECK (kind IN ('account', 'sender', 'lane')),
    account text NOT NULL,
    sender text NOT NULL DEFAULT '',
    channel text NOT NULL DEFAULT '',
    next bigint NOT NULL DEFAULT 0,
    paused_until bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, account, sender, channel)
) WITH (fillfactor = 50);

CREATE TABLE messages_outbox.consents (
    recipient_hash bytea NOT NULL,
    sender_group text NOT NULL,
    opted_out boolean NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (recipient_hash, sender_group)
);

CREATE TABLE messages_outbox.parked (
    message_uuid text NOT NULL,
    fact_digest bytea NOT NULL,
    fact text NOT NULL,
    workflow_id text,
    until bigint NOT NULL,
    PRIMARY KEY (message_uuid, fact_digest)
);

CREATE INDEX parked_workflow ON messages_outbox.parked (workflow_id)
    WHERE workflow_id IS NOT NULL;
CREATE INDEX parked_until ON messages_outbox.parked (until);

-- Changes of the numbers of rows, which add up to the numbers. Each transaction adds its own, so that none waits for
-- another; the reaper joins them.
CREATE TABLE messages_outbox.counts (
    kind text NOT NULL,
    name text NOT NULL,
    number bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Documents that are run, each once.
CREATE TABLE messages_outbox.definitions (
    digest bytea PRIMARY KEY,
    document bytea NOT NULL
);

-- Runs of documents. `details` and `progress` are JSON.
CREATE TABLE messages_outbox.runs (
    id uuid PRIMARY KEY,
    key_digest bytea NOT NULL UNIQUE,
    digest bytea NOT NULL,
    account text NOT NULL,
    campaign text,
    version bigint NOT NULL,
    state text NOT NULL,
    since bigint NOT NULL,
    wake_at bigint,
    purged boolean NOT NULL DEFAULT false,
    details text NOT NULL,
    progress text NOT NULL
);

CREATE INDEX runs_wake ON messages_outbox.runs (wake_at, id) WHERE wake_at IS NOT NULL;
CREATE INDEX runs_state ON messages_outbox.runs (state, id) WHERE NOT purged;
CREATE INDEX runs_definition ON messages_outbox.runs (digest) WHERE NOT purged;

-- Recipients of runs, until erased.
CREATE TABLE messages_outbox.run_recipients (
    recipient_hash bytea NOT NULL,
    run uuid NOT NULL,
    PRIMARY KEY (recipient_hash, run)
);

CREATE INDEX run_recipients_run ON messages_outbox.run_recipients (run);

-- Webhooks that came and did not come: one row.
CREATE TABLE messages_outbox.sight (
    id smallint PRIMARY KEY CHECK (id = 1),
    last_webhook bigint,
    usual_silence bigint NOT NULL,
    accepted_since bigint,
    probe_at bigint,
    lost bigint NOT NULL
) WITH (fillfactor = 50);

INSERT INTO messages_outbox.sight (id, usual_silence, lost) VALUES (1, 0, 0);

-- The server's clock.
CREATE FUNCTION messages_outbox.clock() RETURNS bigint
    LANGUAGE sql VOLATILE PARALLEL SAFE
    AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $$;

-- Fails a transaction whose rows were changed by another one since it read them, so that it is repeated.
CREATE FUNCTION messages_outbox.check_count(written bigint, expected bigint) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF written <> expected THEN
        RAISE EXCEPTION 'a row of the outbox was changed by another transaction'
            USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN true;
END
$$;

-- JSON without white space, the fields of each object sorted by the bytes of their names: what digests are made of.
CREATE FUNCTION messages_outbox.canonical(document jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    number text;
BEGIN
    CASE jsonb_typeof(document)
    WHEN 'object' THEN
        RETURN '{' || coalesce((
            SELECT string_agg(to_json(key)::text || ':' || messages_outbox.canonical(value), ','
                ORDER BY key COLLATE "C")
            FROM jsonb_each(document)
        ), '') || '}';
    WHEN 'array' THEN
        RETURN '[' || coalesce((
            SELECT string_agg(messages_outbox.canonical(value), ',' ORDER BY place)
            FROM jsonb_array_elements(document) WITH ORDINALITY AS element (value, place)
        ), '') || ']';
    WHEN 'string' THEN
        RETURN to_json(document #>> '{}')::text;
    WHEN 'number' THEN
        number := document::text;
        IF number ~ '^-?[0-9]+$' THEN
            RETURN number;
        END IF;
        number := replace(number::float8::text, 'e+', 'e');
        RETURN CASE WHEN number ~ '[.e]' THEN number ELSE number || '.0' END;
    ELSE
        RETURN document::text;
    END CASE;
END
$$;

-- One intent of `enqueue`.
CREATE TYPE messages_outbox.item AS (
    number bigint,
    id uuid,
    namespace text,
    key text,
    key_digest bytea,
    digest bytea,
    account text,
    sender text,
    channel text,
    campaign text,
    priority smallint,
    recipient text,
    recipient_hash bytea,
    tags text,
    due_at bigint,
    send_before bigint,
    send_window text,
    zone text,
    enqueued_at bigint,
    step smallint,
    choice smallint,
    payload text
);

-- Microseconds since 1970 of a time: a number of them, or text with an offset such as 2026-12-24T08:00:00Z.
CREATE FUNCTION messages_outbox.micros(value text) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT CASE
        WHEN value ~ '^-?[0-9]+$' THEN value::bigint
        ELSE (extract(epoch FROM value::timestamptz) * 1000000)::bigint
    END
$$;

-- Adds intents within the transaction of the caller: all or none. `intents` is a JSON array of objects:
--   key (required), message (an object of the v1 Messages API) or payload (JSON as text), namespace, account, sender,
--   channel, recipient, campaign, priority (high, normal, low), tags, due_at, send_before,
--   window, zone.
-- Without sender, channel and recipient, those of the message count. Returns one row for each intent, in their order.
CREATE FUNCTION messages_outbox.enqueue(intents text)
    RETURNS TABLE (number bigint, id uuid, outcome text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
#variable_conflict use_column
DECLARE
    present bigint := messages_outbox.clock();
    items messages_outbox.item[];
    wrong messages_outbox.item;
    missing text;
    added uuid[];
BEGIN
    SELECT array_agg(ROW(
        place,
        coalesce(
            (item ->> 'id')::uuid,
            encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
                PLACING substring(int8send(present / 1000) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
        ),
        namespace,
        item ->> 'key',
        coalesce(
            decode(item ->> 'key_digest', 'hex'),
            sha256(convert_to(namespace, 'UTF8') || '\x00'::bytea || convert_to(item ->> 'key', 'UTF8'))
        ),
        coalesce(
            decode(item ->> 'digest', 'hex'),
            sha256(convert_to(messages_outbox.canonical(payload::jsonb), 'UTF8'))
        ),
        coalesce(item ->> 'account', 'default'),
        coalesce(item ->> 'sender', message ->> 'from'),
        coalesce(item ->> 'channel', message ->> 'channel'),
        item ->> 'campaign',
        array_position(ARRAY['high', 'normal', 'low'], coalesce(item ->> 'priority', 'normal')) - 1,
        coalesce(item ->> 'recipient', message ->> 'to'),
        decode(item ->> 'recipient_hash', 'hex'),
        CASE WHEN json_typeof(item -> 'tags') = 'array' THEN item ->> 'tags' END,
        coalesce(messages_outbox.micros(item ->> 'due_at'), messages_outbox.micros(item ->> 'enqueued_at'), present),
        messages_outbox.micros(item ->> 'send_before'),
        item ->> 'window',
        item ->> 'zone',
        coalesce(messages_outbox.micros(item ->> 'enqueued_at'), present),
        (item ->> 'step')::smallint,
        (item ->> 'choice')::smallint,
        payload
    )::messages_outbox.item ORDER BY place)
    INTO items
    FROM (
        SELECT place, item,
            coalesce(item ->> 'namespace', 'default') AS namespace,
            item -> 'message' AS message,
            coalesce(item ->> 'payload', item ->> 'message') AS payload
        FROM json_array_elements(intents::json) WITH ORDINALITY AS element (item, place)
    ) AS parsed;

    FOREACH wrong IN ARRAY coalesce(items, '{}') LOOP
        missing := CASE
            WHEN wrong.key_digest IS NULL THEN 'key'
            WHEN wrong.payload IS NULL THEN 'message'
            WHEN wrong.sender IS NULL THEN 'sender'
            WHEN wrong.channel IS NULL THEN 'channel'
            WHEN wrong.recipient IS NULL THEN 'recipient'
            WHEN wrong.priority IS NULL THEN 'priority'
        END;
        IF missing IS NOT NULL THEN
            RAISE EXCEPTION 'intent % of the outbox: `%` is missing or invalid', wrong.number, missing
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END LOOP;

    INSERT INTO messages_outbox.lanes (account, sender, channel, campaign)
    SELECT DISTINCT i.account, i.sender, i.channel, i.campaign FROM unnest(items) AS i
    WHERE NOT EXISTS (
        SELECT FROM messages_outbox.lanes AS l
        WHERE l.account = i.account AND l.sender = i.sender AND l.channel = i.channel
            AND coalesce(l.campaign, '') = coalesce(i.campaign, '')
            AND (l.campaign IS NULL) = (i.campaign IS NULL)
    )
    ON CONFLICT DO NOTHING;

    WITH new AS (
        INSERT INTO messages_outbox.intents
            (id, namespace, key, key_digest, digest, recipient, recipient_hash, tags, send_before, send_window,
                zone, enqueued_at, step, choice)
        SELECT i.id, i.namespace, i.key, i.key_digest, i.digest, i.recipient, i.recipient_hash, i.tags,
            i.send_before, i.send_window, i.zone, i.enqueued_at, i.step, i.choice
        FROM unnest(items) AS i
        WHERE NOT EXISTS (SELECT FROM messages_outbox.runs AS r WHERE r.key_digest = i.key_digest)
        ORDER BY i.key_digest
        ON CONFLICT (key_digest) DO NOTHING
        RETURNING id
    ), item AS (
        SELECT DISTINCT ON (i.id) i.* FROM new JOIN unnest(items) AS i ON i.id = new.id
        ORDER BY i.id, i.number
    ), state AS (
        INSERT INTO messages_outbox.rows (id, lane, priority, state, since, due_at)
        SELECT i.id, l.num, i.priority, 'queued', i.enqueued_at, i.due_at
        FROM item AS i JOIN messages_outbox.lanes AS l
            ON l.account = i.account AND l.sender = i.sender AND l.channel = i.channel
            AND coalesce(l.campaign, '') = coalesce(i.campaign, '')
            AND (l.campaign IS NULL) = (i.campaign IS NULL)
        ORDER BY i.number
    ), body AS (
        INSERT INTO messages_outbox.payloads (id, payload)
        SELECT i.id, i.payload FROM item AS i ORDER BY i.number
    )
    SELECT array_agg(new.id) INTO added FROM new;

    IF added IS NOT NULL THEN
        INSERT INTO messages_outbox.counts (kind, name, number)
        VALUES ('state', 'queued', cardinality(added));
        PERFORM pg_notify('messages_outbox', '');
    END IF;

    RETURN QUERY
    SELECT i.number, s.id, CASE
        WHEN s.id = i.id AND s.id = ANY (added)
            AND row_number() OVER (PARTITION BY i.key_digest ORDER BY i.number) = 1 THEN 'new'
        WHEN s.digest = i.digest THEN 'existing'
        ELSE 'conflict'
    END
    FROM unnest(items) AS i CROSS JOIN LATERAL (
        SELECT id, digest FROM messages_outbox.intents WHERE key_digest = i.key_digest
        UNION ALL
        SELECT id, digest FROM messages_outbox.runs WHERE key_digest = i.key_digest
        LIMIT 1
    ) AS s
    ORDER BY i.number;
END
$$;

-- A name of this database and its history: a copy, and a server that another was promoted in place of, have another one.
CREATE FUNCTION messages_outbox.identity() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT concat_ws(':', s.system_identifier, d.oid, c.timeline_id)
    FROM pg_control_system() AS s, pg_control_checkpoint() AS c, pg_database AS d
    WHERE d.datname = current_database()
$$;

-- Marks the store as a restored backup if it is in another database than its rows were written in. Workers call this with
-- each new connection.
CREATE FUNCTION messages_outbox.check_identity() RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$
    UPDATE messages_outbox.meta SET restored = true, identity = messages_outbox.identity()
    WHERE identity <> messages_outbox.identity()
$$;

-- Rights of a new function are those of everyone otherwise.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA messages_outbox FROM PUBLIC;
