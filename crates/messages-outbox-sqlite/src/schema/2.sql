-- Times of the week at which a message may be sent, as JSON, and the IANA name of the recipient's time zone.
ALTER TABLE messages_outbox_intents ADD COLUMN send_window TEXT;
ALTER TABLE messages_outbox_intents ADD COLUMN zone TEXT;
