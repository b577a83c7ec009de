//! Registers as a receiver of all events of an emulator.

use http::Method;
use messages_sdk::auth::SignatureSecret;
use serde_json::{Value, json};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::exchange::ask_emulator;
use crate::settings::Settings;

/// Has the emulator send its webhooks to `url`. Returns where it is, and the secret under which it signs; `None` if it was
/// given that secret, and does not show it.
pub(crate) async fn at_emulator(
    settings: &Settings,
    url: &str,
) -> Result<(String, Option<SignatureSecret>), CommandError> {
    let targets = json!({
        "status_url": format!("{url}/status"),
        "inbound_url": format!("{url}/inbound"),
    });
    let (emulator, answer) =
        ask_emulator(settings, Method::PUT, "/emulator/v1/webhooks", &targets).await?;
    let secret = match &answer["signature_secret"] {
        Value::Null => None,
        shown => Some(shown.as_str().unwrap_or_default()),
    };
    let secret = secret
        .map(SignatureSecret::new)
        .transpose()
        .map_err(|error| {
            CommandError::new(
                Exit::Other,
                "the emulator did not return its signature secret",
            )
            .because(error)
        })?;
    Ok((emulator, secret))
}
