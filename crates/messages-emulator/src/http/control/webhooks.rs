//! Webhook targets: a receiver registers itself.

use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::extract::Body;
use super::selected::Selected;
use super::{Refusal, flush};

/// Requested changes; a missing field stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    status_url: Option<String>,
    inbound_url: Option<String>,
}

/// The data a receiver needs. A generated secret protects nothing: it is in the emulator's output. A given one is not
/// shown: the receiver has it from the emulator's own source.
#[derive(Serialize)]
pub(super) struct Registered {
    #[serde(skip_serializing_if = "Option::is_none")]
    status_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inbound_url: Option<String>,
    signature_secret: Option<String>,
}

pub(super) async fn register(
    Selected(workspace): Selected,
    Body(change): Body<Change>,
) -> Result<Json<Registered>, Refusal> {
    for (field, url) in [
        ("status_url", &change.status_url),
        ("inbound_url", &change.inbound_url),
    ] {
        let check = |url: &str| {
            let settings = workspace
                .engine
                .look(|state, _| state.settings().allowed_targets.clone());
            settings.check(url)
        };
        if let Some(Err(requirement)) = url.as_deref().map(check) {
            let reason = format!("`{field}` {requirement}");
            return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, reason));
        }
    }
    if let Some(url) = &change.status_url {
        workspace.set_status_url(Some(url));
    }
    if let Some(url) = &change.inbound_url {
        workspace.set_inbound_url(Some(url));
    }
    flush(&workspace).await?;
    let credentials = workspace.credentials();
    Ok(Json(Registered {
        status_url: change.status_url,
        inbound_url: change.inbound_url,
        signature_secret: (!credentials.given.signature_secret)
            .then(|| credentials.signature_secret().expose().to_owned()),
    }))
}
