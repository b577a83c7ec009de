//! The options that every command has.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use messages_sdk::env::AuthPreference;

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct GlobalArgs {
    /// Prints one JSON object a line on stdout
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// The API's endpoint: global, us, eu, ap, sandbox or a URL. With the environment's credentials, MESSAGES_ENDPOINT
    /// sets it too
    // Not read by clap, which does not distinguish an argument from a variable: a named profile wins only over the
    // latter.
    #[arg(long, global = true, value_name = "NAME|URL")]
    pub(crate) endpoint: Option<String>,

    /// Allows plain http to other machines: credentials then travel in the clear
    #[arg(long, global = true)]
    pub(crate) allow_http: bool,

    /// HTTP backend: hyper (the default, and the faster one) or reqwest
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) transport: TransportName,

    /// PEM file of certificate authorities to trust besides the system's, such as that of a company's proxy
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) extra_roots: Option<PathBuf>,

    /// Credentials to use if both kinds are given: basic or jwt
    #[arg(long, global = true, value_enum, hide_possible_values = true)]
    pub(crate) auth: Option<AuthName>,

    /// The profile to take credentials and endpoint from
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "MESSAGES_PROFILE",
        hide_env_values = true
    )]
    pub(crate) profile: Option<String>,
}

/// The bundled transports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum TransportName {
    #[default]
    Hyper,
    Reqwest,
}

/// The ways to authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuthName {
    Basic,
    Jwt,
}

impl From<AuthName> for AuthPreference {
    fn from(name: AuthName) -> Self {
        match name {
            AuthName::Basic => Self::Basic,
            AuthName::Jwt => Self::Jwt,
        }
    }
}
