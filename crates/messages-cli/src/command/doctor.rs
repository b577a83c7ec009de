//! `messages doctor`: what is set up, what is wrong with it, and what to do.

use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use clap::Args;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use messages_sdk::Endpoint;
use messages_sdk::auth::Credentials;
use messages_sdk::transport::backend::environment_proxy;
use messages_sdk::transport::layer::retry::Refusal;
use serde::Serialize;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::exchange::Exchange;
use crate::io::output::Line;
use crate::settings::{Origin, Settings, runtime};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  messages doctor --endpoint eu")]
pub(crate) struct DoctorArgs {
    /// Skips the checks of the endpoint and the clock: nothing is sent
    #[arg(long)]
    offline: bool,
}

/// Largest difference of the clocks that is not a fault: half of what the API tolerates in tokens.
const SKEW_MAX: i64 = 30;

/// The result of one check.
#[derive(Serialize)]
pub(super) struct Finding {
    check: &'static str,
    pub(super) ok: bool,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip)]
    pub(super) exit: Exit,
}

impl Finding {
    pub(super) fn good(check: &'static str, detail: impl Into<String>) -> Self {
        Self {
            check,
            ok: true,
            detail: detail.into(),
            hint: None,
            exit: Exit::Done,
        }
    }

    pub(super) fn of(check: &'static str, result: Result<String, CommandError>) -> Self {
        match result {
            Ok(detail) => Self::good(check, detail),
            Err(error) => Self {
                check,
                ok: false,
                detail: error.chain(),
                hint: error.advice().map(str::to_owned),
                exit: error.exit(),
            },
        }
    }

    pub(super) fn lines(&self) -> Vec<Line> {
        let line = Line::new();
        let line = if self.ok {
            line.good("ok   ")
        } else {
            line.bad("fault")
        };
        let line = line
            .plain(" ")
            .strong(format!("{:<10}", self.check))
            .plain(" ");
        let mut lines = vec![line.plain(&self.detail)];
        if let Some(hint) = &self.hint {
            lines.push(Line::new().plain("                 ").dim(hint));
        }
        lines
    }
}

impl DoctorArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let mut findings = vec![
            Finding::of("profiles", profiles(settings)),
            Finding::of("credentials", credentials_of(settings)),
            Finding::of("webhooks", webhooks(settings)),
            Finding::of("proxy", proxy(settings)),
        ];
        if !self.offline {
            findings.extend(runtime()?.block_on(network(settings)));
        }
        for finding in &findings {
            settings.out.result(finding, Finding::lines)?;
        }
        let first = findings.iter().find(|finding| !finding.ok);
        Ok(first.map_or(Exit::Done, |finding| finding.exit))
    }
}

fn profiles(settings: &Settings) -> Result<String, CommandError> {
    // A file that cannot be read is a fault also when it is not used.
    settings.profile()?;
    let used = match settings.origin()? {
        Origin::Environment => "the environment's variables are used",
        Origin::Named(_) | Origin::Active(_) => "a profile is used",
        Origin::Nowhere => "none is active",
    };
    Ok(used.to_owned())
}

/// Not only that there are credentials: a token is made with them.
fn credentials_of(settings: &Settings) -> Result<String, CommandError> {
    let credentials = settings.credentials()?;
    credentials
        .header_value(SystemTime::now())
        .map_err(|error| {
            CommandError::new(Exit::Credentials, "no request can be signed").because(error)
        })?;
    Ok(match credentials {
        Credentials::Jwt(source) => format!("a JWT of application {}", source.application_id()),
        _ => "the account's key and secret (updates need an application's JWT)".to_owned(),
    })
}

fn webhooks(settings: &Settings) -> Result<String, CommandError> {
    let secrets = settings.signature_secrets_if_any()?;
    if secrets.is_empty() {
        // Only a receiver of webhooks needs one.
        return Ok(
            "no signature secret: `listen` and `webhook` need VONAGE_SIGNATURE_SECRET".to_owned(),
        );
    }
    if secrets
        .iter()
        .any(messages_sdk::auth::SignatureSecret::is_weak)
    {
        return Ok("the signature secret is shorter than the recommended 32 bytes".to_owned());
    }
    Ok(format!("{} signature secrets", secrets.len()))
}

/// The way to the endpoint. Passwords of proxies are not shown.
fn proxy(settings: &Settings) -> Result<String, CommandError> {
    let endpoint = settings.endpoint()?;
    let destination = format!("{endpoint}/").parse().map_err(|error| {
        CommandError::new(Exit::Other, "the endpoint is not a URI").because(error)
    })?;
    let proxy = environment_proxy(&destination).map_err(|error| {
        CommandError::new(Exit::Other, "the proxy cannot be used")
            .because(error)
            .hint("set HTTPS_PROXY, HTTP_PROXY or ALL_PROXY to a URL such as http://proxy.example:3128")
    })?;
    Ok(match proxy {
        Some(proxy) => format!("{endpoint} is reached through {proxy}"),
        None => format!("{endpoint} is reached directly"),
    })
}

/// Sends any request to the endpoint: a response of any kind is enough, and its `Date` gives the time there.
async fn network(settings: &Settings) -> Vec<Finding> {
    let answer = async {
        let endpoint = settings.endpoint()?;
        let request = Request::builder()
            .method(Method::GET)
            .uri(format!("{endpoint}/"))
            .body(Bytes::new())
            .map_err(|error| {
                CommandError::new(Exit::Other, "no request can be made").because(error)
            })?;
        let sent = SystemTime::now();
        let exchange = Exchange::with_api(settings)?;
        let answer = exchange
            .send(request)
            .await
            .map_err(|error| error.hint("check the network and the name of the endpoint"))?;
        Ok((endpoint, exchange, answer, sent..=SystemTime::now()))
    };
    match answer.await {
        Err(error) => vec![Finding::of("endpoint", Err(error))],
        Ok((endpoint, exchange, answer, here)) => {
            let mut findings = vec![Finding::good("endpoint", format!("{endpoint} responds"))];
            // Invalid credentials have been reported already.
            if let Ok(credentials) = settings.credentials() {
                let account = account(&exchange, &endpoint, &credentials).await;
                findings.push(Finding::of("account", account));
            }
            findings.push(Finding::of("clock", clock(&answer, &here)));
            findings
        }
    }
}

/// Proves the credentials by a request that is never accepted: an empty object is not a message.
///
/// An endpoint that refuses the object without credentials for its body, too, proves nothing.
async fn account(
    exchange: &Exchange,
    endpoint: &Endpoint,
    credentials: &Credentials,
) -> Result<String, CommandError> {
    let header = credentials
        .header_value(SystemTime::now())
        .map_err(|error| {
            CommandError::new(Exit::Credentials, "no request can be signed").because(error)
        })?;
    let status = post_nothing(exchange, endpoint, Some(header)).await?;
    let unproven = |reason: String| Ok(format!("the credentials cannot be proven: {reason}"));
    match Refusal::of(status) {
        Some(Refusal::Unauthorized) => Err(CommandError::new(
            Exit::Credentials,
            format!("{endpoint} refuses the credentials (401)"),
        )
        .hint("compare the key and the secret, or the application and its private key, with the account's")),
        Some(Refusal::NoCredit) => Err(CommandError::new(Exit::Rejected, "the account has no credit (402)")
            .hint("add credit to the account")),
        Some(Refusal::Forbidden) => Err(CommandError::new(
            Exit::Rejected,
            "the account may not send messages to this endpoint (403)",
        )
        .hint("choose another --endpoint, or enable the Messages API for the account")),
        Some(Refusal::Invalid) => {
            let other = post_nothing(exchange, endpoint, None).await?;
            match Refusal::of(other) {
                Some(Refusal::Unauthorized) => Ok("the credentials are accepted".to_owned()),
                _ => unproven(format!(
                    "{endpoint} responds to a request without credentials with status {}",
                    other.as_u16()
                )),
            }
        }
        _ => unproven(format!(
            "{endpoint} responds with status {}",
            status.as_u16()
        )),
    }
}

/// Posts an empty object as a message. Returns the status code.
async fn post_nothing(
    exchange: &Exchange,
    endpoint: &Endpoint,
    authorization: Option<HeaderValue>,
) -> Result<StatusCode, CommandError> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(format!("{endpoint}/v1/messages"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from_static(b"{}"))
        .map_err(|error| CommandError::new(Exit::Other, "no request can be made").because(error))?;
    if let Some(value) = authorization {
        request.headers_mut().insert(header::AUTHORIZATION, value);
    }
    Ok(exchange.send(request).await?.status())
}

/// Compares the endpoint's `Date` with this machine's time, which was `here` from the request to the response.
fn clock(
    answer: &Response<Bytes>,
    here: &RangeInclusive<SystemTime>,
) -> Result<String, CommandError> {
    let date = answer
        .headers()
        .get(header::DATE)
        .and_then(|value| value.to_str().ok());
    let Some(there) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        return Ok("the endpoint's responses have no date".to_owned());
    };
    let ahead = seconds(*here.start()) - seconds(there) - 1;
    let behind = seconds(there) - seconds(*here.end());
    let (difference, direction) = if ahead > behind {
        (ahead, "ahead of")
    } else {
        (behind, "behind")
    };
    if difference <= SKEW_MAX {
        let difference = difference.max(0) + 1;
        return Ok(format!("within {difference} s of the endpoint's"));
    }
    Err(CommandError::new(
        Exit::Other,
        format!("this machine's clock is {difference} s {direction} the endpoint's"),
    )
    .hint(
        "set the clock, best by NTP: tokens that are more than 60 s early are refused, and `listen` defers webhooks that \
         are more than 300 s early (--clock-skew) or older than 24 hours (--max-age)",
    ))
}

/// Whole seconds since 1970; negative before.
fn seconds(time: SystemTime) -> i64 {
    let whole = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX / 4);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => whole(since),
        Err(before) => -whole(before.duration()),
    }
}
