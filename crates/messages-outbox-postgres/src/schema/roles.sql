-- Roles with the rights that a program needs and no others. Run this once for each server, as the schema's owner with the
-- right to create roles; then, for each program: GRANT messages_outbox_worker TO app_worker.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'messages_outbox_enqueuer') THEN
        CREATE ROLE messages_outbox_enqueuer NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'messages_outbox_worker') THEN
        CREATE ROLE messages_outbox_worker NOLOGIN;
    END IF;
END
$$;

-- Adds rows, by the function alone: it can read none, and change none.
GRANT USAGE ON SCHEMA messages_outbox TO messages_outbox_enqueuer;
GRANT EXECUTE ON FUNCTION messages_outbox.enqueue(text) TO messages_outbox_enqueuer;

-- Sends rows, applies webhooks, executes commands. It cannot change the tables, or end the check for restored backups.
GRANT USAGE ON SCHEMA messages_outbox TO messages_outbox_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA messages_outbox TO messages_outbox_worker;
REVOKE INSERT, UPDATE, DELETE ON messages_outbox.meta, messages_outbox.migrations FROM messages_outbox_worker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA messages_outbox TO messages_outbox_worker;
