//! A web service on axum: it sends with failover, receives verified webhooks, and reports the status of each send.
//!
//! | request | effect |
//! | --- | --- |
//! | `POST /notifications` with `{"to": "447700900000", "text": "…"}` | sends over Viber, and as an SMS if Viber rejects it |
//! | `GET /notifications/{id}` | the status of the send as a whole |
//! | `POST /webhooks` | statuses and inbound messages from the API |
//!
//! The [environment](messages_sdk::env) has the credentials: `cargo run -p messages-sdk --features axum,server --example service`.
#![allow(clippy::print_stderr, reason = "errors are shown to the operator")]

use std::error::Error as StdError;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use messages_sdk::types::WebhookEvent;
use messages_sdk::types::v1::{Inbound, Message, Sms, Viber};
use messages_sdk::webhook::{
    Receiver, SendId, ServerLimits, StatusTracker, WebhookService, serve_with_shutdown,
};
use messages_sdk::{Accepted, Client, Error, Outcome};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[derive(Clone)]
struct Service {
    client: Client,
    tracker: StatusTracker,
}

#[derive(Deserialize)]
struct Notification {
    to: String,
    text: String,
}

impl Service {
    /// A function that builds and sends returns one error.
    async fn notify(&self, notification: &Notification) -> Result<Accepted, Error> {
        let Notification { to, text } = notification;
        let viber = Viber::text("ExampleShop", to, text)?;
        let sms = Sms::text("447700900001", to, text)?;
        self.client.send(Message::from(viber).failover([sms])).await
    }

    /// After `Err` the API sends the webhook again: only if the reply was not accepted and may be sent later.
    async fn handle(&self, event: WebhookEvent) -> Result<(), Error> {
        self.tracker.apply(&event);
        if let WebhookEvent::V1Inbound(inbound) = &event {
            match self.reply(inbound).await {
                Err(error) if error.is_retryable() => return Err(error),
                Err(error) => eprintln!("no reply: {error:?}"),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    async fn reply(&self, inbound: &Inbound) -> Result<Accepted, Error> {
        let reply = inbound.reply_text("Thank you! We will call you back.")?;
        self.client.send(reply).await
    }
}

/// The response is 202 also if the outcome is unknown: sending again could send twice. The ID is then the client reference.
async fn create(
    State(service): State<Service>,
    Json(notification): Json<Notification>,
) -> (StatusCode, Json<Value>) {
    match service.notify(&notification).await {
        Ok(accepted) => (
            StatusCode::ACCEPTED,
            Json(json!({"id": accepted.message_uuid})),
        ),
        Err(error) => {
            eprintln!("{error:?}");
            let status = match error.outcome() {
                Outcome::InDoubt | Outcome::AcceptedIdUnknown => StatusCode::ACCEPTED,
                Outcome::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
                Outcome::NotSent => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::BAD_GATEWAY,
            };
            let id = &error.report().client_ref;
            (
                status,
                Json(json!({"id": id, "problems": error.problems()})),
            )
        }
    }
}

async fn status(State(service): State<Service>, Path(id): Path<String>) -> Json<Value> {
    let tracker = &service.tracker;
    let status = tracker
        .status(&id)
        .or_else(|| tracker.status(SendId::client_ref(&id)));
    Json(json!({"id": id, "status": status}))
}

pub(crate) fn app(client: Client, receiver: Receiver) -> Router {
    let tracker = StatusTracker::new();
    let service = Service { client, tracker };
    let webhooks = WebhookService::new(receiver, {
        let service = service.clone();
        move |event| {
            let service = service.clone();
            async move { service.handle(event).await }
        }
    });
    Router::new()
        .route("/notifications", post(create))
        .route("/notifications/{id}", get(status))
        .with_state(service)
        .route_service("/webhooks", webhooks)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let client = Client::from_env()?;
    let app = app(client.clone(), Receiver::from_env()?);
    let listener = TcpListener::bind("0.0.0.0:8080").await?;
    let shutdown = async { drop(tokio::signal::ctrl_c().await) };
    serve_with_shutdown(listener, app, ServerLimits::default(), shutdown).await?;
    client.close().await;
    Ok(())
}
