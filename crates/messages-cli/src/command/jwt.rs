//! `messages jwt`: a token's making and its faults.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use messages_sdk::auth::jwt::{
    self, Acl, AclPath, AclRule, ClaimName, JwtError, JwtOptions, Lifetime,
};
use messages_sdk::auth::key::KeyMistake;
use messages_sdk::auth::{AuthError, AuthErrorKind, Credentials, PublicKey};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::input::read_text;
use crate::io::output::{Line, json_text};
use crate::settings::{Settings, private_file};

/// Seconds since 1970 that are a date: up to the year 9999.
const DATES: RangeInclusive<f64> = 0.0..=253_402_300_799.0;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  messages jwt mint\n  messages jwt mint | messages jwt inspect"
)]
pub(crate) struct JwtArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Prints a token of the application
    #[command(
        after_help = "Examples:\n  curl -H \"Authorization: Bearer $(messages jwt mint)\" …\n  messages jwt mint --ttl 3600 --sub alice --acl '/*/messages/**' --acl '/*/users/**'"
    )]
    Mint(MintArgs),
    /// Shows the claims of a token, its age and its faults
    #[command(after_help = "Example:\n  messages jwt mint | messages jwt inspect")]
    Inspect(InspectArgs),
}

#[derive(Debug, Args)]
struct MintArgs {
    /// Lifetime of the token, in seconds: 30 to 86400
    #[arg(long, value_name = "SECONDS", default_value_t = Lifetime::DEFAULT.as_secs())]
    ttl: u64,
    /// End of the token (`exp`), in seconds since 1970: 30 to 86400 seconds from now
    #[arg(long, value_name = "SECONDS", conflicts_with = "ttl")]
    exp: Option<u64>,
    /// Name of a user (`sub`); without it, the token is the application's
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    sub: Option<String>,
    /// Path that the token opens, such as '/*/messages/**' (several may be given), or the whole claim as JSON:
    /// '{"paths":{"/*/messages/**":{"methods":["POST"]}}}'. Without it, the token opens everything
    #[arg(long, value_name = "PATH|JSON")]
    acl: Vec<String>,
    #[command(flatten)]
    now: NowArgs,
}

#[derive(Debug, Args)]
struct InspectArgs {
    /// The file that holds the token; without it, stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Verifies the signature too, with this key (public, or private), or with that of the credentials
    #[arg(long, value_name = "PEM", num_args = 0..=1)]
    key: Option<Option<PathBuf>>,
    #[command(flatten)]
    now: NowArgs,
}

/// The current time, for commands whose result depends on it.
#[derive(Debug, Args)]
pub(super) struct NowArgs {
    /// The time to go by, in seconds since 1970, instead of the clock's
    #[arg(long, value_name = "SECONDS")]
    now: Option<u64>,
}

impl NowArgs {
    pub(super) fn time(&self) -> Result<SystemTime, CommandError> {
        match self.now {
            None => Ok(SystemTime::now()),
            Some(seconds) => UNIX_EPOCH
                .checked_add(Duration::from_secs(seconds))
                .ok_or_else(|| CommandError::usage("--now is out of range")),
        }
    }
}

impl JwtArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        match self.action {
            Action::Mint(args) => args.run(settings),
            Action::Inspect(args) => args.run(settings),
        }
    }
}

impl MintArgs {
    fn run(&self, settings: &Settings) -> Result<Exit, CommandError> {
        let now = self.now.time()?;
        let options = self.options(now)?;
        let Credentials::Jwt(source) = settings.jwt_credentials()? else {
            return Err(crate::settings::credentials::missing());
        };
        let header = source.options(options).header_value(now).map_err(|error| {
            CommandError::new(Exit::Credentials, "the token cannot be minted").because(error)
        })?;
        let token = jwt::bearer_token(&header).unwrap_or_default();
        if settings.out.is_json() {
            settings.out.object(&serde_json::json!({"token": token}))?;
        } else {
            settings.out.raw(format!("{token}\n").as_bytes())?;
        }
        Ok(Exit::Done)
    }
}

impl MintArgs {
    fn options(&self, now: SystemTime) -> Result<JwtOptions, CommandError> {
        let (option, lifetime) = match self.exp {
            None => ("--ttl", Duration::from_secs(self.ttl)),
            Some(exp) => {
                let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
                ("--exp", Duration::from_secs(exp.saturating_sub(now)))
            }
        };
        let lifetime = Lifetime::new(lifetime).map_err(|error| {
            CommandError::usage(format!("{option} cannot be used")).because(error)
        })?;
        let mut options = JwtOptions::new().lifetime(lifetime);
        if let Some(name) = &self.sub {
            options = options.subject(name);
        }
        if let Some(acl) = acl(&self.acl)? {
            options = options.acl(acl);
        }
        Ok(options)
    }
}

/// The access rules of `--acl`: paths, or one JSON object.
fn acl(values: &[String]) -> Result<Option<Acl>, CommandError> {
    match values {
        [] => Ok(None),
        [json] if json.trim_start().starts_with('{') => serde_json::from_str(json)
            .map(Some)
            .map_err(|error| CommandError::usage("--acl cannot be used").because(error)),
        paths => paths
            .iter()
            .try_fold(Acl::new(), |acl, path| {
                Ok(acl.path(AclPath::new(path)?, AclRule::new()))
            })
            .map(Some)
            .map_err(|error: AuthError| CommandError::usage("--acl cannot be used").because(error)),
    }
}

/// The report of `inspect`.
#[derive(Serialize)]
struct Findings {
    header: Option<Map<String, Value>>,
    claims: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_seconds: Option<i64>,
    /// `None` when no key was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<&'static str>,
    faults: Vec<String>,
    remarks: Vec<String>,
}

impl InspectArgs {
    fn run(&self, settings: &Settings) -> Result<Exit, CommandError> {
        let text = read_text(self.file.as_deref())?;
        let token = token(&text);
        let now = self.now.time()?;
        let found = jwt::inspect(token, now);
        let mut faults: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
        let signature = match self.public_key(settings)? {
            None => None,
            Some(key) => match jwt::verify(token, &key, now) {
                Err(JwtError::Signature) => {
                    faults.push(JwtError::Signature.to_string());
                    Some("bad")
                }
                Err(JwtError::Malformed | JwtError::Algorithm) => Some("bad"),
                _ => Some("good"),
            },
        };
        let second = |name: &str| {
            let seconds = found.payload.as_ref()?.get(name)?.as_f64()?;
            // A number that is not a date has no age; it is reported as a fault.
            DATES.contains(&seconds).then_some(seconds as i64)
        };
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        if is_of_webhook(found.header.as_ref()) {
            settings.out.note(&Line::new().plain(
                "this is a webhook's token, not an application's: `messages webhook verify` judges it",
            ));
        }
        let findings = Findings {
            age_seconds: second("iat").map(|issued| now - issued),
            expires_in_seconds: second("exp").map(|expires| expires - now),
            header: found.header,
            claims: found.payload,
            signature,
            faults,
            remarks: found.unknown.iter().map(|name| remark(name)).collect(),
        };
        settings.out.result(&findings, Findings::lines)?;
        Ok(if findings.faults.is_empty() {
            Exit::Done
        } else {
            Exit::Invalid
        })
    }

    fn public_key(&self, settings: &Settings) -> Result<Option<PublicKey>, CommandError> {
        let unusable =
            |error| CommandError::new(Exit::Credentials, "the key cannot be used").because(error);
        match &self.key {
            None => Ok(None),
            Some(Some(path)) => match PublicKey::from_path(path) {
                Err(error) if error.kind() == AuthErrorKind::Key(KeyMistake::PrivateKey) => {
                    let key = private_file::private_key(path)?.map_err(unusable)?;
                    Ok(Some(key.public_key()))
                }
                read => read.map(Some).map_err(unusable),
            },
            Some(None) => settings.private_key().map(|key| Some(key.public_key())),
        }
    }
}

impl Findings {
    fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for (name, object) in [("header", &self.header), ("claims", &self.claims)] {
            if let Some(object) = object {
                let text = json_text(object).unwrap_or_default();
                lines.push(Line::new().strong(name).plain(" ").plain(text));
            }
        }
        if let Some(age) = self.age_seconds {
            lines.push(Line::new().strong("age").plain(format!(" {age} s")));
        }
        if let Some(left) = self.expires_in_seconds {
            let text = if left < 0 {
                format!(" {} s ago", left.unsigned_abs())
            } else {
                format!(" in {left} s")
            };
            lines.push(Line::new().strong("expires").plain(text));
        }
        if let Some(signature) = self.signature {
            lines.push(Line::new().strong("signature").plain(" ").plain(signature));
        }
        for fault in &self.faults {
            lines.push(Line::new().bad("fault").plain(" ").plain(fault));
        }
        if self.faults.is_empty() {
            lines.push(Line::new().good("no faults"));
        }
        for remark in &self.remarks {
            lines.push(Line::new().warn("remark").plain(" ").plain(remark));
        }
        lines
    }
}

/// Of a claim that the API does not define.
fn remark(name: &str) -> String {
    let known = ClaimName::ALL.map(ClaimName::as_str).join(", ");
    format!(
        "the claim {name} is not defined by the API ({known} are); remove it if the API refuses the token"
    )
}

/// The token in a text that holds it alone, as the value of a header, or as a header with its name.
fn token(text: &str) -> &str {
    let value = authorization_value(text.trim());
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => value,
    }
}

/// The value in a line that may start with the name of the `Authorization` header.
pub(super) fn authorization_value(line: &str) -> &str {
    match line.split_once(':') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("authorization") => value.trim(),
        _ => line,
    }
}

fn is_of_webhook(header: Option<&Map<String, Value>>) -> bool {
    header.is_some_and(|header| header.get("alg").is_some_and(|name| name == "HS256"))
}
