//! `messages webhook`: verifying and signing, offline.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use http::{HeaderMap, HeaderValue, header};
use messages_sdk::auth::ApiKey;
use messages_sdk::auth::webhook::{Verifier, WebhookClaims, WebhookSigner};
use messages_sdk::types::WebhookEvent;
use messages_sdk::{ReceiveError, Receiver};
use serde_json::{Value, json};

use super::jwt::NowArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{read_bytes, read_text};
use crate::output::{Line, json_text};
use crate::settings::Settings;

#[derive(Debug, Args)]
pub(crate) struct WebhookArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Says whether a body and its Authorization header belong together, and prints the event
    #[command(
        after_help = "Example:\n  messages webhook verify --authorization-file header.txt --body-file body.json"
    )]
    Verify(VerifyArgs),
    /// Prints the Authorization header that the API would send with a body
    #[command(after_help = "Example:\n  messages webhook sign --body-file body.json")]
    Sign(SignArgs),
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// The file that holds the value of the Authorization header
    #[arg(long, value_name = "FILE")]
    authorization_file: PathBuf,
    /// The file that holds the body, byte for byte; `-` reads stdin
    #[arg(long, value_name = "FILE")]
    body_file: PathBuf,
    #[command(flatten)]
    now: NowArgs,
}

#[derive(Debug, Args)]
struct SignArgs {
    /// The file that holds the body, byte for byte; `-` reads stdin
    #[arg(long, value_name = "FILE")]
    body_file: PathBuf,
    #[command(flatten)]
    now: NowArgs,
}

impl WebhookArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, Failure> {
        match self.action {
            Action::Verify(args) => args.run(settings),
            Action::Sign(args) => args.run(settings),
        }
    }
}

impl VerifyArgs {
    fn run(&self, settings: &Settings) -> Result<Exit, Failure> {
        let now = self.now.time()?;
        let receiver = receiver(settings)?;
        let headers = headers(&read_text(Some(&self.authorization_file))?);
        let body = read_bytes(Some(&self.body_file))?;
        match receiver.receive(&headers, body, now) {
            Ok(received) => {
                let claims = claims(received.claims());
                report_verified(settings, &claims, received.event())?;
                Ok(Exit::Done)
            }
            Err(ReceiveError::Unverified(error)) => {
                let report = json!({"verified": false, "reason": error.name()});
                settings.out.result(&report, |_| {
                    vec![
                        Line::new()
                            .bad("not verified")
                            .plain(": ")
                            .plain(error.name()),
                    ]
                })?;
                settings.out.note(&Line::new().plain(error));
                Ok(Exit::Credentials)
            }
            Err(error) => {
                let report = json!({"verified": true, "reason": "not_json"});
                settings.out.result(&report, |_| {
                    vec![
                        Line::new()
                            .good("verified")
                            .plain(", but the body is no JSON"),
                    ]
                })?;
                settings.out.note(&Line::new().plain(error));
                Ok(Exit::Invalid)
            }
        }
    }
}

impl SignArgs {
    fn run(&self, settings: &Settings) -> Result<Exit, Failure> {
        let now = self.now.time()?;
        let body = read_bytes(Some(&self.body_file))?;
        let secret = settings
            .signature_secrets()?
            .into_iter()
            .next()
            .ok_or_else(crate::settings::credentials::no_signature_secret)?;
        let key = match settings.api_key()? {
            Some(key) => key,
            // Whoever verifies with secrets alone does not look at the key.
            None => ApiKey::new("unknown").map_err(cannot_sign)?,
        };
        let value = WebhookSigner::new(key, secret)
            .sign(&body, now)
            .map_err(cannot_sign)?;
        let value = value.to_str().unwrap_or_default();
        if settings.out.is_json() {
            settings.out.object(&json!({"authorization": value}))?;
        } else {
            settings.out.raw(format!("{value}\n").as_bytes())?;
        }
        Ok(Exit::Done)
    }
}

/// A receiver that tries every secret of the environment or the profile, whatever account the webhook names.
pub(super) fn receiver(settings: &Settings) -> Result<Receiver, Failure> {
    let mut verifier = Verifier::builder();
    for secret in settings.signature_secrets()? {
        verifier = verifier.any_account(secret);
    }
    verifier.build().map(Receiver::new).map_err(|error| {
        Failure::new(Exit::Credentials, "webhooks cannot be verified").because(error)
    })
}

/// The headers to judge: with the value that a file held, whether or not it kept the header's name.
fn headers(text: &str) -> HeaderMap {
    let value = text.trim();
    let value = match value.split_once(':') {
        Some((name, rest)) if name.trim().eq_ignore_ascii_case("authorization") => rest.trim(),
        _ => value,
    };
    let mut headers = HeaderMap::new();
    // What no header can hold is no signature either: it counts as missing.
    if !value.is_empty()
        && let Ok(value) = HeaderValue::from_str(value)
    {
        headers.insert(header::AUTHORIZATION, value);
    }
    headers
}

/// The claims as JSON, under their names in the token.
fn claims(claims: &WebhookClaims) -> Value {
    let mut all = claims.extra().clone();
    all.insert("iat".to_owned(), json!(claims.issued_at()));
    all.insert("jti".to_owned(), json!(claims.token_id()));
    if let Some(key) = claims.api_key() {
        all.insert("api_key".to_owned(), json!(key.as_str()));
    }
    if let Some(id) = claims.application_id() {
        all.insert("application_id".to_owned(), json!(id));
    }
    all.into()
}

fn report_verified(
    settings: &Settings,
    claims: &Value,
    event: &WebhookEvent,
) -> Result<(), Failure> {
    let report = json!({"verified": true, "claims": claims, "event": event});
    settings.out.result(&report, |report| {
        let text = |name: &str| json_text(&report[name]).unwrap_or_default();
        vec![
            Line::new().good("verified"),
            Line::new()
                .strong("claims")
                .plain(" ")
                .plain(text("claims")),
            Line::new().strong("event").plain(" ").plain(text("event")),
        ]
    })?;
    Ok(())
}

fn cannot_sign(error: messages_sdk::auth::AuthError) -> Failure {
    Failure::new(Exit::Other, "the webhook cannot be signed").because(error)
}
