-- Time at which a run moved on in silence, until the next webhook.
ALTER TABLE messages_outbox_sight ADD COLUMN probe_at INTEGER;
