//! Credentials from the environment or a profile, never from an argument.

use std::env;
use std::path::Path;

use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::{
    ApiKey, ApplicationId, AuthError, Basic, Credentials, PrivateKey, RsaSigner, SignatureSecret,
};
use messages_sdk::{AuthPreference, EnvError, credentials_from_env, signature_secrets_from_env};

use super::private_file::refuse_shared;
use super::profile::Profile;
use crate::exit::Exit;
use crate::failure::Failure;

/// What to do without credentials; also the text of the README.
const HOW: &str = "set VONAGE_API_KEY and VONAGE_API_SECRET, or VONAGE_APPLICATION_ID and VONAGE_PRIVATE_KEY_PATH (or \
                   VONAGE_PRIVATE_KEY), or add a profile with `messages profile add`; `messages demo` needs none";

/// The variables that make up credentials; if one is set, the environment is meant.
const VARIABLES: &[&str] = &[
    "VONAGE_API_KEY",
    "VONAGE_API_SECRET",
    "VONAGE_APPLICATION_ID",
    "VONAGE_PRIVATE_KEY",
    "VONAGE_PRIVATE_KEY_PATH",
    "NEXMO_API_KEY",
    "NEXMO_API_SECRET",
    "NEXMO_APPLICATION_ID",
    "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
];

/// A variable's value, under its name or the older one; an empty one counts as unset.
pub(crate) fn variable(names: &[&str]) -> Option<String> {
    names
        .iter()
        .filter_map(|name| env::var(name).ok())
        .find(|value| !value.trim().is_empty())
}

/// Whether the environment holds any part of credentials.
pub(crate) fn in_environment() -> bool {
    VARIABLES
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// The path of the private key that the environment names, if it names one.
pub(crate) fn key_path() -> Option<String> {
    variable(&["VONAGE_PRIVATE_KEY"]).map_or_else(
        || {
            variable(&[
                "VONAGE_PRIVATE_KEY_PATH",
                "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
            ])
        },
        |_| None,
    )
}

pub(crate) fn from_environment(preference: AuthPreference) -> Result<Credentials, Failure> {
    if preference != AuthPreference::Basic
        && let Some(path) = key_path()
    {
        refuse_shared(Path::new(path.trim()))?;
    }
    credentials_from_env(preference).map_err(|error| match error {
        EnvError::Missing => missing(),
        error => unusable("the environment's credentials cannot be used", error),
    })
}

pub(crate) fn from_profile(
    profile: &Profile,
    preference: AuthPreference,
) -> Result<Credentials, Failure> {
    let has_jwt = profile.application_id.is_some() && profile.private_key_path.is_some();
    let wants_jwt = match preference {
        AuthPreference::Basic => false,
        AuthPreference::Jwt => true,
        _ => has_jwt,
    };
    if wants_jwt {
        jwt_of(profile)
    } else {
        basic_of(profile)
    }
}

fn jwt_of(profile: &Profile) -> Result<Credentials, Failure> {
    let id = profile.application_id.as_deref().ok_or_else(missing)?;
    let id = ApplicationId::parse(id).map_err(in_profile)?;
    let key = key_from_profile(Some(profile))?;
    Ok(TokenSource::new(id, RsaSigner::new(key)).into())
}

fn basic_of(profile: &Profile) -> Result<Credentials, Failure> {
    let (Some(key), Some(secret)) = (&profile.api_key, &profile.api_secret) else {
        return Err(missing());
    };
    Basic::new(key.as_str(), secret.as_str())
        .map(Credentials::from)
        .map_err(in_profile)
}

/// The private key that the environment holds or names.
pub(crate) fn key_from_environment() -> Result<PrivateKey, Failure> {
    let unusable = |error| unusable("the environment's private key cannot be used", error);
    if let Some(text) = variable(&["VONAGE_PRIVATE_KEY"]) {
        return PrivateKey::from_text(&text).map_err(unusable);
    }
    let path = key_path().ok_or_else(missing)?;
    refuse_shared(Path::new(path.trim()))?;
    PrivateKey::from_path(path.trim()).map_err(unusable)
}

/// The private key that a profile names.
pub(crate) fn key_from_profile(profile: Option<&Profile>) -> Result<PrivateKey, Failure> {
    let path = profile
        .and_then(|profile| profile.private_key_path.as_deref())
        .ok_or_else(missing)?;
    refuse_shared(path)?;
    PrivateKey::from_path(path).map_err(in_profile)
}

/// The secrets under which webhooks are signed; none when nothing is said.
pub(crate) fn signature_secrets(
    profile: Option<&Profile>,
) -> Result<Vec<SignatureSecret>, Failure> {
    let secrets = signature_secrets_from_env()
        .map_err(|error| unusable("the signature secret cannot be used", error))?;
    match profile.and_then(|profile| profile.signature_secret.as_deref()) {
        Some(secret) if secrets.is_empty() => {
            Ok(vec![SignatureSecret::new(secret).map_err(in_profile)?])
        }
        _ => Ok(secrets),
    }
}

/// The account's key, for signing webhooks as the API does.
pub(crate) fn api_key(profile: Option<&Profile>) -> Result<Option<ApiKey>, Failure> {
    variable(&["VONAGE_API_KEY", "NEXMO_API_KEY"])
        .or_else(|| profile?.api_key.clone())
        .map(|key| ApiKey::new(key.trim()))
        .transpose()
        .map_err(|error| unusable("the api key cannot be used", error))
}

pub(crate) fn missing() -> Failure {
    Failure::new(Exit::Credentials, "no credentials were found").hint(HOW)
}

pub(crate) fn no_signature_secret() -> Failure {
    Failure::new(Exit::Credentials, "no signature secret was found").hint(
        "set VONAGE_SIGNATURE_SECRET (several, comma separated, are all tried), or add it to a profile",
    )
}

fn in_profile(error: AuthError) -> Failure {
    unusable("the profile's credentials cannot be used", error)
}

fn unusable(message: &str, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::new(Exit::Credentials, message).because(error)
}
