//! What a command works with: streams, credentials, endpoint, transport.

mod args;
pub(crate) mod credentials;
pub(crate) mod private_file;
pub(crate) mod profile;

use std::sync::OnceLock;

use messages_sdk::auth::{ApiKey, Credentials, PrivateKey, SignatureSecret};
use messages_sdk::{AuthPreference, Client, ClientBuilder, ClientReferences, Endpoint};
use tokio::runtime::{Builder, Runtime};

pub(crate) use args::{GlobalArgs, TransportName};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use profile::{Profile, Profiles};

/// What every command is given. Nothing is read before a command asks for it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) args: GlobalArgs,
    pub(crate) out: Output,
    profiles: OnceLock<Profiles>,
}

impl Settings {
    pub(crate) fn new(args: GlobalArgs) -> Self {
        Self {
            out: Output::new(args.json),
            args,
            profiles: OnceLock::new(),
        }
    }

    /// The profile that was named, or the active one.
    pub(crate) fn profile(&self) -> Result<Option<&Profile>, Failure> {
        let profiles = match self.profiles.get() {
            Some(profiles) => profiles,
            None => {
                let profiles = Profiles::load()?;
                self.profiles.get_or_init(|| profiles)
            }
        };
        profiles.select(self.args.profile.as_deref())
    }

    pub(crate) fn preference(&self) -> AuthPreference {
        self.args
            .auth
            .map_or(AuthPreference::Automatic, AuthPreference::from)
    }

    /// The credentials: those of a profile that was named, else the environment's, else those of the active profile.
    pub(crate) fn credentials(&self) -> Result<Credentials, Failure> {
        self.credentials_by(self.preference())
    }

    fn credentials_by(&self, preference: AuthPreference) -> Result<Credentials, Failure> {
        let named = self.args.profile.is_some();
        if !named && credentials::in_environment() {
            return credentials::from_environment(preference);
        }
        match self.profile()? {
            Some(profile) => credentials::from_profile(profile, preference),
            None => Err(credentials::missing()),
        }
    }

    /// The credentials of an application, whatever `--auth` says: what they are for takes no others.
    pub(crate) fn jwt_credentials(&self) -> Result<Credentials, Failure> {
        self.credentials_by(AuthPreference::Jwt)
    }

    /// The application's private key.
    pub(crate) fn private_key(&self) -> Result<PrivateKey, Failure> {
        let named = self.args.profile.is_some();
        if !named && credentials::in_environment() {
            return credentials::key_from_environment();
        }
        credentials::key_from_profile(self.profile()?)
    }

    pub(crate) fn signature_secrets_if_any(&self) -> Result<Vec<SignatureSecret>, Failure> {
        credentials::signature_secrets(self.profile()?)
    }

    pub(crate) fn signature_secrets(&self) -> Result<Vec<SignatureSecret>, Failure> {
        let secrets = self.signature_secrets_if_any()?;
        if secrets.is_empty() {
            return Err(credentials::no_signature_secret());
        }
        Ok(secrets)
    }

    pub(crate) fn api_key(&self) -> Result<Option<ApiKey>, Failure> {
        credentials::api_key(self.profile()?)
    }

    /// The endpoint that was named, else the profile's, else the global one.
    pub(crate) fn endpoint(&self) -> Result<Endpoint, Failure> {
        match &self.args.endpoint {
            Some(endpoint) => self.parse_endpoint(endpoint),
            None => match self
                .profile()?
                .and_then(|profile| profile.endpoint.as_deref())
            {
                Some(endpoint) => self.parse_endpoint(endpoint),
                None => Ok(Endpoint::global()),
            },
        }
    }

    pub(crate) fn parse_endpoint(&self, text: &str) -> Result<Endpoint, Failure> {
        let parsed = if self.args.allow_http && text.contains("://") {
            Endpoint::allowing_http(text)
        } else {
            text.parse()
        };
        parsed.map_err(|error| {
            Failure::usage("the endpoint cannot be used")
                .because(error)
                .hint("name global, us, eu, ap or sandbox, or give a URL such as http://127.0.0.1:4040")
        })
    }

    /// A client's beginnings: the endpoint, and no reference that nobody asked for.
    pub(crate) fn client_builder(&self) -> Result<ClientBuilder, Failure> {
        Ok(Client::builder()
            .endpoint(self.endpoint()?)
            .user_agent_suffix(concat!("messages-cli/", env!("CARGO_PKG_VERSION")))
            .client_references(ClientReferences::AsGiven))
    }

    /// Gives a client the transport that was asked for.
    pub(crate) fn with_transport(&self, builder: ClientBuilder) -> Result<ClientBuilder, Failure> {
        match self.args.transport {
            TransportName::Hyper => builder.hyper(),
            TransportName::Reqwest => builder.reqwest(),
        }
        .map_err(no_client)
    }

    /// The client of the commands that send.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let builder = self.client_builder()?.credentials(self.credentials()?);
        self.with_transport(builder)?.build().map_err(no_client)
    }
}

pub(crate) fn no_client(error: messages_sdk::BuildError) -> Failure {
    Failure::new(Exit::Other, "the client cannot be made").because(error)
}

/// The runtime of the commands that use the network.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Other, "no runtime could be started").because(error))
}
