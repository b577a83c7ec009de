//! `messages update`: PATCH.

use clap::{ArgGroup, Args};
use messages_sdk::types::v1::Update;
use serde_json::json;

use super::send::print_report;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::send::SendReport;
use crate::settings::{Settings, runtime};

#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("change").required(true),
    after_help = "\
Examples:
  messages update aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab --read --typing
  messages update aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab --revoke --endpoint eu"
)]
pub(crate) struct UpdateArgs {
    /// The message's id
    #[arg(value_name = "UUID")]
    message_uuid: String,

    /// Marks an inbound message as read (WhatsApp, RCS)
    #[arg(long, group = "change")]
    read: bool,

    /// Also shows the typing indicator (WhatsApp)
    #[arg(long, requires = "read")]
    typing: bool,

    /// Revokes a sent message (RCS)
    #[arg(long, group = "change")]
    revoke: bool,
}

impl UpdateArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let update = match (self.revoke, self.typing) {
            (true, _) => Update::revoked(),
            (false, true) => Update::read_and_typing(),
            (false, false) => Update::read(),
        };
        let client = settings.client()?;
        match runtime()?.block_on(client.update(&self.message_uuid, &update)) {
            Ok(updated) => {
                let status = updated.report.status.map(|status| status.as_u16());
                let shown = json!({
                    "index": 0,
                    "outcome": "accepted",
                    "message_uuid": self.message_uuid,
                    "attempts": updated.report.attempts,
                    "status": status,
                });
                settings.out.result(&shown, |_| {
                    vec![
                        Line::new()
                            .good("accepted")
                            .plain(" ")
                            .plain(&self.message_uuid),
                    ]
                })?;
                Ok(Exit::Done)
            }
            Err(error) => print_report(settings, SendReport::failed(0, &error)),
        }
    }
}
