//! Webhook targets, and webhooks that are posted again.

use std::sync::Arc;
use std::time::Instant;

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::extract::{Body, Path};
use super::messages::Posted;
use super::selected::Selected;
use super::{Refusal, flush};
use crate::clock::Moment;
use crate::http::client::{WebhookClient, authorization, request};
use crate::state::webhook::resend::{Failed, ResendError};
use crate::state::{Account, DeliveryId, Outcome, Signature};
use messages_types::v1::WebhookVersion;

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

/// The current targets.
#[derive(Serialize)]
pub(super) struct Targets {
    #[serde(skip_serializing_if = "Option::is_none")]
    status_url: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inbound_url: Option<Arc<str>>,
}

pub(super) async fn read(Selected(workspace): Selected) -> Result<Json<Targets>, Refusal> {
    let account = account(&workspace)?;
    Ok(Json(Targets {
        status_url: account.targets.status_url.clone(),
        inbound_url: account.targets.inbound_url.clone(),
    }))
}

fn account(workspace: &crate::Workspace) -> Result<Arc<Account>, Refusal> {
    let account = workspace.engine.look(|state, _| {
        let state = state.workspace(workspace.id)?;
        Some(Arc::clone(&state.account))
    });
    account.ok_or_else(|| Refusal::unknown("workspace"))
}

/// A webhook URL.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Target {
    Status,
    Inbound,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Test {
    target: Target,
}

/// The receiver's response to a test.
#[derive(Serialize)]
pub(super) struct Tested {
    url: Arc<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Reason for which there was no response.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    took_ms: u64,
}

/// Posts a signed webhook about a message that does not exist: it changes nothing here, whatever the receiver makes of it.
pub(super) async fn test(
    Selected(workspace): Selected,
    Extension(client): Extension<Arc<WebhookClient>>,
    Body(Test { target }): Body<Test>,
) -> Result<Json<Tested>, Refusal> {
    let account = account(&workspace)?;
    let url = match target {
        Target::Status => account.targets.status_url.clone(),
        Target::Inbound => account.targets.inbound_url.clone(),
    };
    let url = url.ok_or_else(|| Refusal::new(StatusCode::CONFLICT, "the URL is not set"))?;
    let sample = sample(
        target,
        account.targets.version,
        workspace.engine.clock.now(),
    );
    let body = bytes::Bytes::from(sample.to_string());
    let request = request(&url, body.clone()).map(|mut request| {
        let value = authorization(&account, Signature::Right, Uuid::new_v4(), &body);
        let headers = request.headers_mut();
        headers.extend(value.map(|value| (AUTHORIZATION, value)));
        request
    });
    let begun = Instant::now();
    let (status, error) = match client.delivery(request).await {
        Outcome::Answer { status, .. } => (Some(status), None),
        Outcome::Failed { reason, .. } => (None, Some(reason.into_owned())),
    };
    Ok(Json(Tested {
        url,
        status,
        error,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    }))
}

fn sample(target: Target, version: WebhookVersion, now: Moment) -> Value {
    const PERSON: &str = "447700900000";
    const OURS: &str = "447700900001";
    const TEXT: &str = "A test of the webhook URL";

    let number = |number: &str| json!({ "type": "sms", "number": number });
    let mut body = match (target, version) {
        (Target::Status, WebhookVersion::V1) => {
            json!({ "channel": "sms", "status": "delivered", "from": OURS, "to": PERSON })
        }
        (Target::Inbound, WebhookVersion::V1) => {
            json!({ "channel": "sms", "message_type": "text", "text": TEXT, "from": PERSON, "to": OURS })
        }
        (Target::Status, _) => {
            json!({ "status": "delivered", "from": number(OURS), "to": number(PERSON) })
        }
        (Target::Inbound, _) => {
            json!({ "message": { "content": { "type": "text", "text": TEXT } }, "from": number(PERSON), "to": number(OURS) })
        }
    };
    body["message_uuid"] = json!(Uuid::new_v4());
    body["timestamp"] = json!(now);
    body
}

/// Posts a webhook again now, and waits for the end of the attempt.
pub(super) async fn resend(
    Selected(workspace): Selected,
    Path(id): Path<DeliveryId>,
) -> Result<Json<Posted>, Refusal> {
    let resent = workspace.resend(id).await.map_err(|error| match error {
        ResendError::Unknown => Refusal::unknown("webhook"),
        ResendError::Pending => Refusal::new(
            StatusCode::CONFLICT,
            "the webhook is in flight or waits for its turn",
        ),
    })?;
    flush(&workspace).await?;
    Ok(Json(Posted::of(resent)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Selection {
    conversation: Option<u64>,
    url: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Resent {
    resent: usize,
}

/// Posts every webhook again whose last attempt failed. It does not wait for their ends.
pub(super) async fn resend_failed(
    Selected(workspace): Selected,
    Body(wanted): Body<Selection>,
) -> Result<Json<Resent>, Refusal> {
    let failed = Failed {
        conversation: wanted.conversation,
        url: wanted.url.as_deref(),
    };
    let resent = workspace
        .engine
        .with(|state, _, _| state.resend_failed(workspace.id, &failed));
    flush(&workspace).await?;
    Ok(Json(Resent { resent }))
}

/// A webhook as it would be posted now.
#[derive(Serialize)]
pub(super) struct Signed {
    url: Arc<str>,
    /// Absent if a fault leaves the signature out.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<String>,
    body: String,
}

/// Signs a webhook anew, for a request from elsewhere; a fault that signs it wrongly does so here, too.
pub(super) async fn sign(
    Selected(workspace): Selected,
    Path(id): Path<DeliveryId>,
) -> Result<Json<Signed>, Refusal> {
    let signed = workspace.engine.look(|state, _| {
        let state = state.workspace(workspace.id)?;
        let delivery = state.webhooks.get(id)?;
        let body = state.body_of(delivery);
        let value = authorization(&state.account, delivery.signature, delivery.jti, &body);
        Some(Signed {
            url: Arc::clone(&delivery.url),
            authorization: value.and_then(|value| value.to_str().ok().map(str::to_owned)),
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    });
    signed.map(Json).ok_or_else(|| Refusal::unknown("webhook"))
}
