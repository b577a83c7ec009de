//! Configuration from environment variables.

use std::env::{VarError, var};

use messages_auth::jwt::TokenSource;
use messages_auth::{
    ApiKey, ApplicationId, AuthError, Basic, Credentials, PrivateKey, RsaSigner, SignatureSecret,
};

/// Why the environment does not give credentials.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvError {
    /// No variable is set, or only half of a pair.
    #[error(
        "no credentials in the environment: set VONAGE_API_KEY and VONAGE_API_SECRET, or VONAGE_APPLICATION_ID and \
         VONAGE_PRIVATE_KEY or VONAGE_PRIVATE_KEY_PATH"
    )]
    Missing,
    /// One of a pair is set without the other.
    #[error("{present} is set, but {absent} is not")]
    Incomplete {
        /// The variable that is set.
        present: &'static str,
        /// The variable that is missing.
        absent: &'static str,
    },
    /// A variable holds what is no text.
    #[error("{0} is not valid UTF-8")]
    NotUnicode(&'static str),
    /// A variable holds what cannot be such a credential.
    #[error("{variable} cannot be used")]
    Unusable {
        /// The variable.
        variable: &'static str,
        /// What is wrong with it.
        #[source]
        source: AuthError,
    },
}

/// Which credentials are taken where the environment holds both kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AuthPreference {
    /// A JWT where there is an application and its key, else Basic: what most official SDKs do.
    #[default]
    Automatic,
    /// The account's key and secret.
    Basic,
    /// A JWT of the application.
    Jwt,
}

/// A variable under its name and the older one.
struct Variable {
    name: &'static str,
    older: Option<&'static str>,
}

const API_KEY: Variable = Variable {
    name: "VONAGE_API_KEY",
    older: Some("NEXMO_API_KEY"),
};
const API_SECRET: Variable = Variable {
    name: "VONAGE_API_SECRET",
    older: Some("NEXMO_API_SECRET"),
};
const APPLICATION_ID: Variable = Variable {
    name: "VONAGE_APPLICATION_ID",
    older: Some("NEXMO_APPLICATION_ID"),
};
const PRIVATE_KEY: Variable = Variable {
    name: "VONAGE_PRIVATE_KEY",
    older: None,
};
const PRIVATE_KEY_PATH: Variable = Variable {
    name: "VONAGE_PRIVATE_KEY_PATH",
    older: Some("NEXMO_APPLICATION_PRIVATE_KEY_PATH"),
};
const SIGNATURE_SECRET: Variable = Variable {
    name: "VONAGE_SIGNATURE_SECRET",
    older: Some("NEXMO_SIGNATURE_SECRET"),
};

/// A variable's value, and the name under which it was found. An empty one counts as unset.
type Found = Option<(&'static str, String)>;

impl Variable {
    fn read(&self) -> Result<Found, EnvError> {
        for name in std::iter::once(self.name).chain(self.older) {
            match var(name) {
                Ok(value) if !value.trim().is_empty() => return Ok(Some((name, value))),
                Ok(_) | Err(VarError::NotPresent) => {}
                Err(VarError::NotUnicode(_)) => return Err(EnvError::NotUnicode(name)),
            }
        }
        Ok(None)
    }
}

/// The credentials that the environment holds.
///
/// `VONAGE_API_KEY`, `VONAGE_API_SECRET`, `VONAGE_APPLICATION_ID`, `VONAGE_PRIVATE_KEY` (the PEM itself) and
/// `VONAGE_PRIVATE_KEY_PATH` are read, each also under its older name: `NEXMO_API_KEY`, `NEXMO_API_SECRET`,
/// `NEXMO_APPLICATION_ID`, `NEXMO_APPLICATION_PRIVATE_KEY_PATH`. An empty variable counts as unset.
///
/// # Errors
///
/// [`EnvError`] names the variable that is missing or cannot be used; it never shows a value.
pub fn credentials_from_env(preference: AuthPreference) -> Result<Credentials, EnvError> {
    let key = API_KEY.read()?;
    let application = APPLICATION_ID.read()?;
    match preference {
        AuthPreference::Basic => basic(key),
        AuthPreference::Jwt => jwt(application),
        AuthPreference::Automatic => {
            let has_key = PRIVATE_KEY.read()?.or(PRIVATE_KEY_PATH.read()?).is_some();
            if application.is_some() && (has_key || key.is_none()) {
                jwt(application)
            } else if key.is_none() && has_key {
                Err(EnvError::Incomplete {
                    present: PRIVATE_KEY_PATH.name,
                    absent: APPLICATION_ID.name,
                })
            } else {
                basic(key)
            }
        }
    }
}

/// The secrets under which webhooks are signed: `VONAGE_SIGNATURE_SECRET` (or `NEXMO_SIGNATURE_SECRET`), several of
/// them separated by commas while one replaces another.
///
/// # Errors
///
/// As [`credentials_from_env`].
pub fn signature_secrets_from_env() -> Result<Vec<SignatureSecret>, EnvError> {
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
            absent: API_SECRET.name,
        }),
        (None, Some((present, _))) => Err(EnvError::Incomplete {
            present,
            absent: API_KEY.name,
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
    let unusable = |variable| move |source| EnvError::Unusable { variable, source };
    let key = if let Some((name, text)) = PRIVATE_KEY.read()? {
        PrivateKey::from_text(&text).map_err(unusable(name))?
    } else if let Some((name, path)) = PRIVATE_KEY_PATH.read()? {
        PrivateKey::from_path(path.trim()).map_err(unusable(name))?
    } else {
        return Err(EnvError::Incomplete {
            present: variable,
            absent: PRIVATE_KEY_PATH.name,
        });
    };
    Ok(TokenSource::new(id, RsaSigner::new(key)).into())
}
