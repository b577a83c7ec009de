//! Settles messages in doubt by stored status webhooks: any status proves that the API accepted the message.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use messages_sdk::types::WebhookEvent;

use crate::error::CommandError;
use crate::io::input::{LEN_MAX, LineRead, read_line};
use crate::receive::stored_event;

/// The client references of stored statuses, and the messages of a batch that were sent under them.
#[derive(Debug, Default)]
pub(super) struct Statuses(HashMap<String, Sent>);

#[derive(Debug, Default)]
struct Sent {
    message_uuid: Option<String>,
    /// The message under this reference.
    index: Option<u64>,
    /// Another message has the same reference: a status then proves neither.
    is_shared: bool,
}

impl Statuses {
    /// Reads a file of `listen --store`, or of bodies, a line each.
    pub(super) fn read(path: &Path) -> Result<Self, CommandError> {
        let unreadable = CommandError::unreadable(path);
        let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
        let (mut statuses, mut line) = (Self::default(), Vec::new());
        let (mut events, mut foreign) = (0_u64, 0_u64);
        loop {
            match read_line(&mut reader, &mut line, LEN_MAX).map_err(unreadable)? {
                LineRead::End => break,
                LineRead::Line(_) if line.trim_ascii().is_empty() => {}
                LineRead::TooLong(_) => foreign += 1,
                LineRead::Line(_) => match stored_event(&line) {
                    Some(event) => {
                        events += 1;
                        statuses.add(&event);
                    }
                    None => foreign += 1,
                },
            }
        }
        if events == 0 && foreign > 0 {
            let message = format!("{} does not hold webhooks", path.display());
            return Err(CommandError::invalid(message)
                .hint("name a file that `messages listen --store` wrote"));
        }
        Ok(statuses)
    }

    fn add(&mut self, event: &WebhookEvent) {
        let view = event.view();
        if let (Some(reference), Some(_)) = (view.client_ref, view.status()) {
            let sent = self.0.entry(reference.to_owned()).or_default();
            sent.message_uuid = view.message_uuid.map(str::to_owned);
        }
    }

    /// Registers a message that was sent under a reference.
    pub(super) fn see(&mut self, client_ref: Option<&str>, index: u64) {
        if let Some(sent) = client_ref.and_then(|reference| self.0.get_mut(reference)) {
            sent.is_shared |= sent.index.is_some_and(|other| other != index);
            sent.index = Some(index);
        }
    }

    /// The messages that alone have the reference of a status: index, reference and the status's message.
    pub(super) fn of_one_message(self) -> Vec<(u64, String, Option<String>)> {
        let sent = self.0.into_iter().filter(|(_, sent)| !sent.is_shared);
        let mut sent: Vec<_> = sent
            .filter_map(|(reference, sent)| Some((sent.index?, reference, sent.message_uuid)))
            .collect();
        sent.sort_unstable();
        sent
    }
}
