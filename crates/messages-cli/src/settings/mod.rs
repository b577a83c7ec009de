//! The settings of a command: streams, credentials, endpoint, transport.

mod args;
pub(crate) mod credentials;
pub(crate) mod private_file;
pub(crate) mod profile;

use std::sync::{Arc, OnceLock};

use messages_emulator::DEFAULT_PORT;
use messages_sdk::auth::{ApiKey, Basic, Credentials, PrivateKey, SignatureSecret};
use messages_sdk::client::ClientReferences;
use messages_sdk::env::{self, AuthPreference};
use messages_sdk::transport::Transport;
use messages_sdk::transport::backend::hyper::HyperTransport;
use messages_sdk::transport::backend::reqwest::ReqwestTransport;
use messages_sdk::{Client, ClientBuilder, Endpoint};
use tokio::runtime::{Builder, Runtime};

pub(crate) use args::{GlobalArgs, TransportName};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::input::read_text;
use crate::io::output::Output;
use profile::{Profile, Profiles};

/// The source of everything about the account. It is one place, so that a secret is never sent to a host that another
/// place names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin<'a> {
    /// A profile that was named wins over the environment.
    Named(&'a Profile),
    /// It wins over the active profile.
    Environment,
    Active(&'a Profile),
    /// There are no credentials, and no profile.
    Nowhere,
}

fn endpoint_variable() -> Option<String> {
    // A value that is not text is refused as an invalid endpoint: ignored, it would send messages elsewhere.
    let text = std::env::var_os(env::ENDPOINT.name())?;
    let text = text.to_string_lossy().trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The settings of every command. Nothing is read before a command asks for it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) args: GlobalArgs,
    pub(crate) out: Output,
    profiles: OnceLock<Profiles>,
    /// Everything goes to the emulator on this machine.
    is_for_emulator: bool,
}

impl Settings {
    pub(crate) fn new(args: GlobalArgs) -> Self {
        Self {
            out: Output::new(args.json),
            args,
            profiles: OnceLock::new(),
            is_for_emulator: false,
        }
    }

    /// The same settings for a command that sends to the emulator.
    pub(crate) fn for_emulator(&self) -> Self {
        Self {
            is_for_emulator: true,
            ..Self::new(self.args.clone())
        }
    }

    /// The endpoint of a running emulator: that of `--endpoint`, of the profile that is named, of `MESSAGES_ENDPOINT`, of the
    /// active profile if it is one on this machine, or the usual port.
    pub(crate) fn emulator_endpoint(&self) -> Result<Endpoint, CommandError> {
        let profile_endpoint = |profile: &Profile| {
            let text = profile.endpoint.as_deref();
            text.map(|text| self.parse_endpoint(text)).transpose()
        };
        let given = match (&self.args.endpoint, &self.args.profile) {
            (Some(endpoint), _) => Some(self.parse_endpoint(endpoint)?),
            (None, Some(_)) => match self.profile()? {
                Some(profile) => profile_endpoint(profile)?,
                None => None,
            },
            (None, None) => match endpoint_variable() {
                Some(endpoint) => Some(self.parse_endpoint(&endpoint)?),
                None => match self.profile()? {
                    Some(profile) => {
                        profile_endpoint(profile)?.filter(|endpoint| self.may_be_emulator(endpoint))
                    }
                    None => None,
                },
            },
        };
        match given {
            Some(endpoint) if self.may_be_emulator(&endpoint) => Ok(endpoint),
            Some(endpoint) => Err(CommandError::usage(format!("{endpoint} is not an emulator"))
                .hint("name the emulator's URL with --endpoint, with --allow-http if it is on another machine")),
            None => self.parse_endpoint(&format!("http://127.0.0.1:{DEFAULT_PORT}")),
        }
    }

    /// The API itself is never reached over plain http, and an emulator on another machine always is.
    fn may_be_emulator(&self, endpoint: &Endpoint) -> bool {
        endpoint.to_string().starts_with("http://")
    }

    /// The credentials of an emulator that was started in this environment, unless a profile or a JWT is asked for.
    fn emulator_credentials(
        &self,
        preference: AuthPreference,
    ) -> Result<Credentials, CommandError> {
        let or = |names, default: &str| {
            credentials::variable(names)
                .map_or_else(|| default.to_owned(), |it| it.trim().to_owned())
        };
        if self.args.profile.is_some() || preference == AuthPreference::Jwt {
            let given = self.credentials_of_origin(preference)?;
            return given.ok_or_else(credentials::missing);
        }
        let key = or(env::API_KEY, "emulator");
        let secret = or(env::API_SECRET, "emulator-secret");
        Basic::new(key, secret)
            .map(Credentials::from)
            .map_err(|error| {
                CommandError::new(
                    Exit::Credentials,
                    "the environment's credentials cannot be used",
                )
                .because(error)
            })
    }

    /// The profile that was named, or the active one.
    pub(crate) fn profile(&self) -> Result<Option<&Profile>, CommandError> {
        let profiles = match self.profiles.get() {
            Some(profiles) => profiles,
            None => {
                let profiles = Profiles::load()?;
                self.profiles.get_or_init(|| profiles)
            }
        };
        profiles.select(self.args.profile.as_deref())
    }

    /// The source of the account's credentials, secrets, key and endpoint.
    pub(crate) fn origin(&self) -> Result<Origin<'_>, CommandError> {
        let is_named = self.args.profile.is_some();
        if !is_named && credentials::in_environment() {
            return Ok(Origin::Environment);
        }
        Ok(match self.profile()? {
            Some(profile) if is_named => Origin::Named(profile),
            Some(profile) => Origin::Active(profile),
            None => Origin::Nowhere,
        })
    }

    pub(crate) fn preference(&self) -> AuthPreference {
        self.args
            .auth
            .map_or(AuthPreference::Automatic, AuthPreference::from)
    }

    pub(crate) fn credentials(&self) -> Result<Credentials, CommandError> {
        self.credentials_if_any()?.ok_or_else(credentials::missing)
    }

    /// The credentials; `None` only where there are none, not where they cannot be used.
    pub(crate) fn credentials_if_any(&self) -> Result<Option<Credentials>, CommandError> {
        self.credentials_by(self.preference())
    }

    fn credentials_by(
        &self,
        preference: AuthPreference,
    ) -> Result<Option<Credentials>, CommandError> {
        if self.is_for_emulator {
            return self.emulator_credentials(preference).map(Some);
        }
        self.credentials_of_origin(preference)
    }

    fn credentials_of_origin(
        &self,
        preference: AuthPreference,
    ) -> Result<Option<Credentials>, CommandError> {
        match self.origin()? {
            Origin::Environment => credentials::from_environment(preference),
            Origin::Named(profile) | Origin::Active(profile) => {
                credentials::from_profile(profile, preference)
            }
            Origin::Nowhere => Ok(None),
        }
    }

    /// The credentials of an application, regardless of `--auth`: their uses accept no others.
    pub(crate) fn jwt_credentials(&self) -> Result<Credentials, CommandError> {
        self.credentials_by(AuthPreference::Jwt)?
            .ok_or_else(credentials::missing)
    }

    /// The application's private key.
    pub(crate) fn private_key(&self) -> Result<PrivateKey, CommandError> {
        match self.origin()? {
            Origin::Environment => credentials::key_from_environment(),
            Origin::Named(profile) | Origin::Active(profile) => {
                let path = profile.private_key_path.as_deref();
                credentials::key_of_profile(path.ok_or_else(credentials::missing)?)
            }
            Origin::Nowhere => Err(credentials::missing()),
        }
    }

    pub(crate) fn signature_secrets_if_any(&self) -> Result<Vec<SignatureSecret>, CommandError> {
        match self.origin()? {
            Origin::Named(profile) => credentials::secrets_from_profile(profile),
            Origin::Environment | Origin::Nowhere => credentials::secrets_from_environment(),
            // The secret is not part of credentials, and may be all that the environment has: then it wins as they
            // would.
            Origin::Active(profile) => match credentials::secrets_from_environment()? {
                secrets if secrets.is_empty() => credentials::secrets_from_profile(profile),
                secrets => Ok(secrets),
            },
        }
    }

    pub(crate) fn signature_secrets(&self) -> Result<Vec<SignatureSecret>, CommandError> {
        let secrets = self.signature_secrets_if_any()?;
        if secrets.is_empty() {
            return Err(credentials::no_signature_secret());
        }
        Ok(secrets)
    }

    pub(crate) fn api_key(&self) -> Result<Option<ApiKey>, CommandError> {
        credentials::api_key(match self.origin()? {
            Origin::Environment => credentials::variable(env::API_KEY),
            Origin::Named(profile) | Origin::Active(profile) => profile.api_key.clone(),
            Origin::Nowhere => None,
        })
    }

    /// The endpoint that was named, else that of the credentials' source, else the global one.
    pub(crate) fn endpoint(&self) -> Result<Endpoint, CommandError> {
        if self.is_for_emulator {
            return self.emulator_endpoint();
        }
        if let Some(endpoint) = &self.args.endpoint {
            return self.parse_endpoint(endpoint);
        }
        let variable = endpoint_variable();
        let endpoint = match self.origin()? {
            Origin::Named(profile) => profile.endpoint.clone(),
            Origin::Environment | Origin::Nowhere => variable,
            // A profile's secret is not sent to an endpoint of the environment, and a message does not bypass that
            // endpoint: it may be there to keep messages from real users.
            Origin::Active(profile) if !self.is_endpoint_of(profile, variable.as_deref())? => {
                let message = "MESSAGES_ENDPOINT differs from the active profile's endpoint";
                return Err(CommandError::usage(message)
                    .hint("name the endpoint with --endpoint, or the profile with --profile"));
            }
            Origin::Active(profile) => profile.endpoint.clone(),
        };
        endpoint.map_or_else(|| Ok(Endpoint::global()), |text| self.parse_endpoint(&text))
    }

    /// Returns `true` if the environment names no endpoint, or that of the profile.
    fn is_endpoint_of(
        &self,
        profile: &Profile,
        variable: Option<&str>,
    ) -> Result<bool, CommandError> {
        let Some(variable) = variable else {
            return Ok(true);
        };
        let own = match &profile.endpoint {
            Some(text) => self.parse_endpoint(text)?,
            None => Endpoint::global(),
        };
        Ok(self.parse_endpoint(variable)? == own)
    }

    /// The endpoint that was named for this command, as it was written, without any profile.
    pub(crate) fn given_endpoint_text(&self) -> Option<String> {
        self.args.endpoint.clone().or_else(endpoint_variable)
    }

    pub(crate) fn parse_endpoint(&self, text: &str) -> Result<Endpoint, CommandError> {
        let parsed = if self.args.allow_http && text.contains("://") {
            Endpoint::allowing_http(text)
        } else {
            text.parse()
        };
        parsed.map_err(|error| {
            CommandError::usage("the endpoint cannot be used")
                .because(error)
                .hint("name global, us, eu, ap or sandbox, or give a URL such as http://127.0.0.1:4040")
        })
    }

    /// A client builder with the endpoint, and without minted references.
    pub(crate) fn client_builder(&self) -> Result<ClientBuilder, CommandError> {
        Ok(Client::builder()
            .endpoint(self.endpoint()?)
            .user_agent_suffix(concat!("messages-cli/", env!("CARGO_PKG_VERSION")))
            .client_references(ClientReferences::AsGiven))
    }

    /// Gives a client the transport that was asked for.
    pub(crate) fn with_transport(
        &self,
        builder: ClientBuilder,
    ) -> Result<ClientBuilder, CommandError> {
        let roots = self.extra_roots()?;
        let transport: Result<Arc<dyn Transport>, _> = match self.args.transport {
            TransportName::Hyper => {
                let mut transport = HyperTransport::builder();
                if let Some(roots) = roots {
                    transport = transport.extra_roots(roots);
                }
                transport.build().map(|transport| Arc::new(transport) as _)
            }
            TransportName::Reqwest => {
                let mut transport = ReqwestTransport::builder();
                if let Some(roots) = roots {
                    transport = transport.extra_roots(roots);
                }
                transport.build().map(|transport| Arc::new(transport) as _)
            }
        };
        let transport = transport.map_err(|error| {
            no_client(messages_sdk::client::BuildError::Transport(error.into()))
        })?;
        Ok(builder.transport(transport))
    }

    /// The certificate authorities of `--extra-roots`, in PEM.
    pub(crate) fn extra_roots(&self) -> Result<Option<String>, CommandError> {
        let path = self.args.extra_roots.as_ref();
        path.map(|path| read_text(Some(path))).transpose()
    }

    /// The client of the commands that send.
    pub(crate) fn client(&self) -> Result<Client, CommandError> {
        let builder = self.client_builder()?.credentials(self.credentials()?);
        self.with_transport(builder)?.build().map_err(no_client)
    }
}

pub(crate) fn no_client(error: messages_sdk::client::BuildError) -> CommandError {
    CommandError::new(Exit::Other, "the client cannot be made").because(error)
}

/// The runtime of the commands that use the network.
pub(crate) fn runtime() -> Result<Runtime, CommandError> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            CommandError::new(Exit::Other, "no runtime could be started").because(error)
        })
}
