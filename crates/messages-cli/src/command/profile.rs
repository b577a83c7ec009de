//! `messages profile`: credentials under a name.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use console::Term;
use messages_sdk::auth::{ApiKey, ApiSecret, ApplicationId, AuthError, SignatureSecret};
use serde::Serialize;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::settings::profile::{Profile, Profiles, Secret};
use crate::settings::{Settings, private_file};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  messages profile add work --application-id 5c2e8f6e-0f3c-4a3e-9d3b-2f1f0d8b7a61 --private-key-path private.key
  messages profile use work
  messages --profile work send sms …")]
pub(crate) struct ProfileArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Adds or replaces a profile; secrets are asked for without echo, or read from stdin, a line each
    #[command(
        after_help = "Examples:\n  messages profile add home --api-key a1b2c3d4\n  messages profile add work --application-id 5c2e8f6e-0f3c-4a3e-9d3b-2f1f0d8b7a61 --private-key-path private.key --signature-secret"
    )]
    Add(AddArgs),
    /// Names the profiles
    #[command(after_help = "Example:\n  messages profile list --json")]
    List,
    /// Makes a profile the one that is used when none is named
    #[command(after_help = "Example:\n  messages profile use work")]
    Use {
        /// The profile
        name: String,
    },
    /// Removes a profile
    #[command(after_help = "Example:\n  messages profile remove work")]
    Remove {
        /// The profile
        name: String,
    },
}

#[derive(Debug, Args)]
struct AddArgs {
    /// The profile's name
    name: String,
    /// The account's key; its secret is asked for
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// The application's id
    #[arg(long, value_name = "UUID", requires = "private_key_path")]
    application_id: Option<String>,
    /// The file that holds the application's private key; it stays where it is
    #[arg(long, value_name = "FILE", requires = "application_id")]
    private_key_path: Option<PathBuf>,
    /// Asks for the secret under which webhooks are signed
    #[arg(long)]
    signature_secret: bool,
}

/// No secret is longer than this.
const SECRET_MAX: usize = 4096;

/// A profile as it is listed: nothing secret.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    active: bool,
    endpoint: &'a str,
    basic: bool,
    jwt: bool,
    signature_secret: bool,
}

impl ProfileArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        if matches!(self.action, Action::List) {
            return list(settings, &Profiles::load()?);
        }
        // All secrets are read, since the file is written anew.
        let mut profiles = Profiles::<Secret>::load()?;
        match self.action {
            Action::List => {}
            Action::Add(args) => {
                let (name, profile) = args.into_profile(settings)?;
                profiles.active.get_or_insert_with(|| name.clone());
                profiles.profiles.insert(name, profile);
            }
            Action::Use { name } => {
                profiles.select(Some(&name))?;
                profiles.active = Some(name);
            }
            Action::Remove { name } => {
                profiles.select(Some(&name))?;
                profiles.profiles.remove(&name);
                if profiles.active.as_deref() == Some(name.as_str()) {
                    profiles.active = None;
                }
            }
        }
        let path = profiles.store()?;
        settings
            .out
            .note(&Line::new().dim(format!("written to {}", path.display())));
        Ok(Exit::Done)
    }
}

fn list(settings: &Settings, profiles: &Profiles) -> Result<Exit, CommandError> {
    for (name, profile) in &profiles.profiles {
        let listed = Listed {
            name,
            active: profiles.active.as_ref() == Some(name),
            endpoint: profile.endpoint.as_deref().unwrap_or("global"),
            basic: profile.api_key.is_some(),
            jwt: profile.application_id.is_some(),
            signature_secret: profile.signature_secret.is_some(),
        };
        settings.out.result(&listed, Listed::lines)?;
    }
    if profiles.profiles.is_empty() {
        settings
            .out
            .note(&Line::new().plain("no profiles: `messages profile add NAME` makes one"));
    }
    Ok(Exit::Done)
}

impl Listed<'_> {
    fn lines(&self) -> Vec<Line> {
        let mark = if self.active { "* " } else { "  " };
        let has = [
            (self.basic, "basic"),
            (self.jwt, "jwt"),
            (self.signature_secret, "webhooks"),
        ];
        let has: Vec<&str> = has
            .iter()
            .filter(|(has, _)| *has)
            .map(|(_, name)| *name)
            .collect();
        let line = Line::new().good(mark).strong(self.name).plain("  ");
        vec![
            line.plain(self.endpoint)
                .dim(format!("  {}", has.join(", "))),
        ]
    }
}

impl AddArgs {
    fn into_profile(self, settings: &Settings) -> Result<(String, Profile<Secret>), CommandError> {
        if self.api_key.is_none() && self.application_id.is_none() {
            return Err(CommandError::usage("a profile needs credentials")
                .hint("give --api-key, or --application-id with --private-key-path, or both"));
        }
        let mut profile = Profile {
            endpoint: settings.given_endpoint_text(),
            ..Profile::default()
        };
        if let Some(endpoint) = &profile.endpoint {
            settings.parse_endpoint(endpoint)?;
        }
        if let Some(key) = self.api_key {
            ApiKey::new(key.as_str()).map_err(unusable)?;
            let secret = ask("API secret")?;
            ApiSecret::new(secret.as_str()).map_err(unusable)?;
            profile.api_key = Some(key);
            profile.api_secret = Some(secret);
        }
        if let Some((id, path)) = self.application_id.zip(self.private_key_path) {
            ApplicationId::parse(&id).map_err(unusable)?;
            private_file::private_key(&path)?.map_err(unusable)?;
            profile.application_id = Some(id);
            // The profile is used from other folders too.
            profile.private_key_path = Some(std::path::absolute(&path).unwrap_or(path));
        }
        if self.signature_secret {
            let secret = ask("signature secret")?;
            SignatureSecret::new(secret.as_str()).map_err(unusable)?;
            profile.signature_secret = Some(secret);
        }
        Ok((self.name, profile))
    }
}

/// Reads a secret: typed without echo, or, without a terminal, a line of stdin.
fn ask(what: &str) -> Result<Secret, CommandError> {
    let failed = |error: io::Error| {
        CommandError::new(Exit::Other, format!("the {what} could not be read")).because(error)
    };
    if io::stdin().is_terminal() {
        let mut terminal = Term::stderr();
        write!(terminal, "{what}: ").map_err(failed)?;
        return terminal.read_secure_line().map(Secret::new).map_err(failed);
    }
    // All the room at once: a string that grows leaves copies of the secret behind.
    let mut line = Secret::new(String::with_capacity(SECRET_MAX));
    let mut input = io::stdin().lock().take(SECRET_MAX as u64);
    input.read_line(&mut line).map_err(failed)?;
    let length = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(length);
    Ok(line)
}

fn unusable(error: AuthError) -> CommandError {
    CommandError::new(Exit::Credentials, "the profile was not written").because(error)
}
