//! Configuration from environment variables.
//!
//! | variable | older name | content |
//! | --- | --- | --- |
//! | `VONAGE_API_KEY` | `NEXMO_API_KEY` | key of the account |
//! | `VONAGE_API_SECRET` | `NEXMO_API_SECRET` | secret of the account |
//! | `VONAGE_APPLICATION_ID` | `NEXMO_APPLICATION_ID` | ID of the application |
//! | `VONAGE_PRIVATE_KEY` | | private key of the application: its text, in which line breaks may be written as `\n` |
//! | `VONAGE_PRIVATE_KEY_PATH` | `NEXMO_APPLICATION_PRIVATE_KEY_PATH` | path of its file, which others must not be able to read |
//! | `VONAGE_SIGNATURE_SECRET` | `NEXMO_SIGNATURE_SECRET` | secret that signs webhooks; several, separated by commas, are all tried |
//! | `MESSAGES_ENDPOINT` | | `global`, `us`, `eu`, `ap`, `sandbox` or a URL; plain `http` on this machine only |
//!
//! An empty variable counts as unset. The first name takes precedence over the older one, and a key's text over its path.

use std::env::VarError;
use std::path::PathBuf;

use messages_auth::jwt::TokenSource;
use messages_auth::key::{KeyMistake, KeyWarning};
use messages_auth::webhook::Verifier;
use messages_auth::{
    ApiKey, ApplicationId, AuthError, AuthErrorKind, Basic, Credentials, PrivateKey, RsaSigner,
    SignatureSecret,
};

use crate::endpoint::{Endpoint, EndpointError};

/// Key of the account.
pub const API_KEY: Variable = Variable(&["VONAGE_API_KEY", "NEXMO_API_KEY"]);
/// Secret of the account.
pub const API_SECRET: Variable = Variable(&["VONAGE_API_SECRET", "NEXMO_API_SECRET"]);
/// ID of the application.
pub const APPLICATION_ID: Variable = Variable(&["VONAGE_APPLICATION_ID", "NEXMO_APPLICATION_ID"]);
/// Text of the application's private key.
pub const PRIVATE_KEY: Variable = Variable(&["VONAGE_PRIVATE_KEY"]);
/// Path of the application's private key.
pub const PRIVATE_KEY_PATH: Variable = Variable(&[
    "VONAGE_PRIVATE_KEY_PATH",
    "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
]);
/// Secrets that sign webhooks, separated by commas.
pub const SIGNATURE_SECRET: Variable =
    Variable(&["VONAGE_SIGNATURE_SECRET", "NEXMO_SIGNATURE_SECRET"]);
/// Endpoint of the API.
pub const ENDPOINT: Variable = Variable(&["MESSAGES_ENDPOINT"]);

/// All variables of the SDK.
pub const VARIABLES: [Variable; 7] = [
    API_KEY,
    API_SECRET,
    APPLICATION_ID,
    PRIVATE_KEY,
    PRIVATE_KEY_PATH,
    SIGNATURE_SECRET,
    ENDPOINT,
];

/// An environment variable, under its name and, if it has one, its older name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable(&'static [&'static str]);

impl Variable {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0[0]
    }

    /// Its name, followed by its older name if it has one.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        self.0
    }

    /// Name under which it is set, and its value. An empty value counts as unset.
    ///
    /// # Errors
    ///
    /// [`EnvError::NotUnicode`].
    pub fn read(self) -> Result<Option<(&'static str, String)>, EnvError> {
        for name in self.0 {
            match std::env::var(name) {
                Ok(value) if !value.trim().is_empty() => return Ok(Some((name, value))),
                Ok(_) | Err(VarError::NotPresent) => {}
                Err(VarError::NotUnicode(_)) => return Err(EnvError::NotUnicode(name)),
            }
        }
        Ok(None)
    }
}

/// Reason the environment variables cannot be used. It names the variable and never shows a secret.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum EnvError {
    /// No credentials are set.
    #[error(
        "no credentials in the environment: set VONAGE_API_KEY and VONAGE_API_SECRET, or VONAGE_APPLICATION_ID and \
         VONAGE_PRIVATE_KEY or VONAGE_PRIVATE_KEY_PATH"
    )]
    Missing,
    /// No signature secret is set.
    #[error("no signature secret in the environment: set VONAGE_SIGNATURE_SECRET")]
    NoSignatureSecret,
    /// One of a pair is set without the other.
    #[error("{present} is set, but {absent} is not")]
    Incomplete {
        /// The variable that is set.
        present: &'static str,
        /// The variable that is missing.
        absent: &'static str,
    },
    /// A value is not valid UTF-8.
    #[error("{0} is not valid UTF-8")]
    NotUnicode(&'static str),
    /// The text of a key is set as its path, or the path as the text.
    #[error("{variable} holds the {found} of a key: set {instead} to it instead")]
    TextOrPath {
        /// The variable that is set.
        variable: &'static str,
        /// `path` or `text`.
        found: &'static str,
        /// The variable the value belongs in.
        instead: &'static str,
    },
    /// Other users of this machine can read the file of the private key.
    #[error(
        "{}, the key file of {variable}, can be read by others (mode {mode:03o}): restrict it (chmod 600)",
        path.display()
    )]
    ReadableByOthers {
        /// The variable that names the file.
        variable: &'static str,
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A value is not a valid credential.
    #[error("{variable} cannot be used")]
    Unusable {
        /// The variable.
        variable: &'static str,
        /// The fault of its value.
        #[source]
        source: AuthError,
    },
    /// `MESSAGES_ENDPOINT` is not a valid endpoint.
    #[error("MESSAGES_ENDPOINT cannot be used")]
    Endpoint(#[source] EndpointError),
}

/// Choice between credentials where the environment holds both kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AuthPreference {
    /// A JWT if there is an application and its key, else Basic: as in most official SDKs.
    #[default]
    Automatic,
    /// Key and secret of the account.
    Basic,
    /// A JWT of the application.
    Jwt,
}

/// A variable's value, and the name under which it was found.
type Found = Option<(&'static str, String)>;

/// Credentials in the environment.
///
/// # Errors
///
/// [`EnvError`] names the variable that is missing or invalid.
pub fn credentials(preference: AuthPreference) -> Result<Credentials, EnvError> {
    let key = API_KEY.read()?;
    let application = APPLICATION_ID.read()?;
    match preference {
        AuthPreference::Basic => basic(key),
        AuthPreference::Jwt => jwt(application),
        AuthPreference::Automatic => {
            let private_key = match PRIVATE_KEY.read()? {
                None => PRIVATE_KEY_PATH.read()?,
                found => found,
            };
            match (application, private_key) {
                (Some(application), Some(_)) => jwt(Some(application)),
                (Some(application), None) if key.is_none() => jwt(Some(application)),
                (None, Some((present, _))) if key.is_none() => Err(EnvError::Incomplete {
                    present,
                    absent: APPLICATION_ID.name(),
                }),
                _ => basic(key),
            }
        }
    }
}

/// Private key of the application in the environment; `None` if neither its text nor its path is set.
///
/// # Errors
///
/// As [`credentials`].
pub fn private_key() -> Result<Option<PrivateKey>, EnvError> {
    let unusable = |variable, instead: Variable| {
        move |source: AuthError| match source.kind() {
            AuthErrorKind::Key(mistake @ (KeyMistake::PathAsText | KeyMistake::TextAsPath)) => {
                EnvError::TextOrPath {
                    variable,
                    found: match mistake {
                        KeyMistake::PathAsText => "path",
                        _ => "text",
                    },
                    instead: instead.name(),
                }
            }
            _ => EnvError::Unusable { variable, source },
        }
    };
    if let Some((name, text)) = PRIVATE_KEY.read()? {
        let key = PrivateKey::from_text(&text).map_err(unusable(name, PRIVATE_KEY_PATH))?;
        return Ok(Some(key));
    }
    let Some((variable, path)) = PRIVATE_KEY_PATH.read()? else {
        return Ok(None);
    };
    let path = PathBuf::from(path.trim());
    let key = PrivateKey::from_path(&path).map_err(unusable(variable, PRIVATE_KEY))?;
    for warning in key.warnings() {
        if let KeyWarning::ReadableByOthers { mode } = *warning {
            return Err(EnvError::ReadableByOthers {
                variable,
                path,
                mode,
            });
        }
    }
    Ok(Some(key))
}

/// Secrets that sign webhooks, in the environment; none if `VONAGE_SIGNATURE_SECRET` is not set.
///
/// # Errors
///
/// As [`credentials`].
pub fn signature_secrets() -> Result<Vec<SignatureSecret>, EnvError> {
    let Some((variable, text)) = SIGNATURE_SECRET.read()? else {
        return Ok(Vec::new());
    };
    text.split(',')
        .map(str::trim)
        .filter(|secret| !secret.is_empty())
        .map(|secret| {
            SignatureSecret::new(secret).map_err(|source| EnvError::Unusable { variable, source })
        })
        .collect()
}

/// Verifier with the signature secrets in the environment, for webhooks of any account, with the defaults otherwise.
///
/// [`Receiver::from_env`](crate::webhook::Receiver::from_env) is a receiver behind it.
///
/// # Errors
///
/// [`EnvError::NoSignatureSecret`], or as [`credentials`].
pub fn verifier() -> Result<Verifier, EnvError> {
    let secrets = signature_secrets()?;
    if secrets.is_empty() {
        return Err(EnvError::NoSignatureSecret);
    }
    let builder = secrets
        .into_iter()
        .fold(Verifier::builder(), |builder, secret| {
            builder.any_account(secret)
        });
    builder.build().map_err(|source| EnvError::Unusable {
        variable: SIGNATURE_SECRET.name(),
        source,
    })
}

/// Endpoint in the environment; `None` if `MESSAGES_ENDPOINT` is not set.
///
/// # Errors
///
/// [`EnvError::Endpoint`] and [`EnvError::NotUnicode`]. An invalid endpoint is never ignored: messages would reach real users
/// instead of an emulator.
pub fn endpoint() -> Result<Option<Endpoint>, EnvError> {
    ENDPOINT
        .read()?
        .map(|(_, text)| text.trim().parse().map_err(EnvError::Endpoint))
        .transpose()
}

fn basic(key: Found) -> Result<Credentials, EnvError> {
    match (key, API_SECRET.read()?) {
        (Some((key_name, key)), Some((secret_name, secret))) => {
            let key = ApiKey::new(key.trim()).map_err(|source| EnvError::Unusable {
                variable: key_name,
                source,
            })?;
            Basic::new(key, secret.trim())
                .map(Credentials::from)
                .map_err(|source| EnvError::Unusable {
                    variable: secret_name,
                    source,
                })
        }
        (Some((present, _)), None) => Err(EnvError::Incomplete {
            present,
            absent: API_SECRET.name(),
        }),
        (None, Some((present, _))) => Err(EnvError::Incomplete {
            present,
            absent: API_KEY.name(),
        }),
        (None, None) => Err(EnvError::Missing),
    }
}

fn jwt(application: Found) -> Result<Credentials, EnvError> {
    let Some((variable, id)) = application else {
        return Err(EnvError::Missing);
    };
    let id = ApplicationId::parse(id.trim())
        .map_err(|source| EnvError::Unusable { variable, source })?;
    let key = private_key()?.ok_or(EnvError::Incomplete {
        present: variable,
        absent: PRIVATE_KEY_PATH.name(),
    })?;
    Ok(TokenSource::new(id, RsaSigner::new(key)).into())
}

crate::chain::debug_as_text!(EnvError);
