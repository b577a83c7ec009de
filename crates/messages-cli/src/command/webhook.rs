//! `messages webhook`: verifying and signing, offline.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use http::{HeaderMap, HeaderValue, header};
use messages_emulator::{Span, SpanError};
use messages_sdk::auth::webhook::{Verifier, VerifierBuilder, WebhookClaims, WebhookSigner};
use messages_sdk::auth::{ApiKey, SignatureSecret};
use messages_sdk::types::WebhookEvent;
use messages_sdk::webhook::{ReceiveError, Receiver};
use serde_json::{Value, json};

use super::jwt::{NowArgs, authorization_value};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::input::read_bytes;
use crate::io::output::{Line, json_text};
use crate::settings::Settings;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  messages webhook sign --body-file body.json\n  messages webhook verify --authorization-file authorization --body-file body.json"
)]
pub(crate) struct WebhookArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Verifies a body against its Authorization header, and prints the event
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
    /// The file that holds the Authorization header, with or without its name; `-` reads stdin
    #[arg(long, value_name = "FILE")]
    authorization_file: PathBuf,
    /// The file that holds the body, byte for byte; `-` reads stdin
    #[arg(long, value_name = "FILE")]
    body_file: PathBuf,
    #[command(flatten)]
    now: NowArgs,
    #[command(flatten)]
    window: WindowArgs,
}

/// The times at which a webhook is accepted.
#[derive(Debug, Args)]
pub(super) struct WindowArgs {
    /// Longest time since a webhook was signed: a span such as 90s, 10m or 24h, from 1s to 168h. By default 24 hours and
    /// 15 minutes, since a webhook is resent for 24 hours
    #[arg(long, value_name = "SPAN", value_parser = max_age)]
    max_age: Option<Duration>,
    /// Largest difference between this machine's clock and the sender's: a span up to 24h. By default 300s
    #[arg(long, value_name = "SPAN", value_parser = clock_skew)]
    clock_skew: Option<Duration>,
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
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        match self.action {
            Action::Verify(args) => args.run(settings),
            Action::Sign(args) => args.run(settings),
        }
    }
}

impl VerifyArgs {
    fn run(&self, settings: &Settings) -> Result<Exit, CommandError> {
        let now = self.now.time()?;
        if [&self.authorization_file, &self.body_file]
            .iter()
            .all(|file| file.as_os_str() == "-")
        {
            return Err(CommandError::usage(
                "only one of --authorization-file and --body-file can be stdin",
            ));
        }
        let receiver = receiver(settings, &self.window)?;
        let headers = headers(&read_bytes(Some(&self.authorization_file))?);
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
                settings.out.note(&Line::new().plain(&error));
                if let Some(hint) = clock_hint(error.name()) {
                    settings.out.note(&Line::new().plain(hint));
                }
                Ok(Exit::Credentials)
            }
            Err(error) => {
                let report = json!({"verified": true, "reason": "not_json"});
                settings.out.result(&report, |_| {
                    vec![
                        Line::new()
                            .good("verified")
                            .plain(", but the body is not JSON"),
                    ]
                })?;
                settings.out.note(&Line::new().plain(error));
                Ok(Exit::Invalid)
            }
        }
    }
}

impl SignArgs {
    fn run(&self, settings: &Settings) -> Result<Exit, CommandError> {
        let now = self.now.time()?;
        let body = read_bytes(Some(&self.body_file))?;
        let secret = secrets(settings)?
            .into_iter()
            .next()
            .ok_or_else(crate::settings::credentials::no_signature_secret)?;
        let key = match settings.api_key()? {
            Some(key) => key,
            // The key is not compared by receivers that verify with the secret alone.
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

/// The secrets, with a warning about those that a forger could guess.
fn secrets(settings: &Settings) -> Result<Vec<SignatureSecret>, CommandError> {
    let secrets = settings.signature_secrets()?;
    if secrets.iter().any(SignatureSecret::is_weak) {
        settings
            .out
            .note(&Line::new().warn("warning").plain(format!(
                ": the signature secret has fewer than {} bytes, a longer one is harder to guess",
                SignatureSecret::STRONG_LEN
            )));
    }
    Ok(secrets)
}

/// A receiver that tries every secret of the environment or the profile, whatever account the webhook names.
fn receiver(settings: &Settings, window: &WindowArgs) -> Result<Receiver, CommandError> {
    let mut verifier = window.verifier();
    for secret in secrets(settings)? {
        verifier = verifier.any_account(secret);
    }
    verifier.build().map(Receiver::new).map_err(|error| {
        CommandError::new(Exit::Credentials, "webhooks cannot be verified").because(error)
    })
}

impl WindowArgs {
    /// A verifier with this window, and without a secret.
    pub(super) fn verifier(&self) -> VerifierBuilder {
        let mut verifier = Verifier::builder();
        if let Some(max_age) = self.max_age {
            verifier = verifier.max_age(max_age);
        }
        if let Some(clock_skew) = self.clock_skew {
            verifier = verifier.max_ahead(clock_skew);
        }
        verifier
    }
}

fn max_age(text: &str) -> Result<Duration, String> {
    span(text, 1, 168)
}

fn clock_skew(text: &str) -> Result<Duration, String> {
    span(text, 0, 24)
}

/// A span of whole seconds, from so many seconds to so many hours.
fn span(text: &str, min_seconds: u64, max_hours: u64) -> Result<Duration, String> {
    let Span(span) = text.parse().map_err(|error: SpanError| error.to_string())?;
    let bounds = Duration::from_secs(min_seconds)..=Duration::from_secs(max_hours * 60 * 60);
    if bounds.contains(&span) && span.subsec_nanos() == 0 {
        Ok(span)
    } else {
        Err(format!(
            "must be whole seconds from {min_seconds}s to {max_hours}h"
        ))
    }
}

/// Advice on a refusal with this name, if a clock is its likely cause.
pub(super) fn clock_hint(reason: &str) -> Option<&'static str> {
    match reason {
        "early" => Some(
            "this machine's clock may be behind: compare it by `messages doctor` and set it, or widen --clock-skew",
        ),
        "stale" => Some(
            "this machine's clock may be ahead: compare it by `messages doctor` and set it, or widen --max-age",
        ),
        _ => None,
    }
}

/// The headers to verify: one for each line of the file, with or without the header's name.
fn headers(contents: &[u8]) -> HeaderMap {
    let text = String::from_utf8_lossy(contents);
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            // Bytes that a header cannot hold are not a token: an empty value is as malformed.
            HeaderValue::from_str(authorization_value(line)).unwrap_or(HeaderValue::from_static(""))
        })
        .map(|value| (header::AUTHORIZATION, value))
        .collect()
}

/// The claims as JSON, under their names in the token.
fn claims(claims: &WebhookClaims) -> Value {
    let mut all = claims.extra().clone();
    let mut insert = |name: &str, value: Value| {
        if !value.is_null() {
            all.insert(name.to_owned(), value);
        }
    };
    insert("iss", json!(claims.issuer()));
    insert("iat", json!(claims.issued_at()));
    insert("jti", json!(claims.token_id()));
    insert("payload_hash", json!(claims.payload_hash()));
    insert("api_key", json!(claims.api_key().map(ApiKey::as_str)));
    insert("application_id", json!(claims.application_id()));
    insert("exp", json!(claims.expires_at()));
    insert("nbf", json!(claims.not_before()));
    all.into()
}

fn report_verified(
    settings: &Settings,
    claims: &Value,
    event: &WebhookEvent,
) -> Result<(), CommandError> {
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

fn cannot_sign(error: messages_sdk::auth::AuthError) -> CommandError {
    CommandError::new(Exit::Other, "the webhook cannot be signed").because(error)
}
