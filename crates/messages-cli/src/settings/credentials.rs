//! Credentials from the environment or a profile, never from an argument.

use std::env;
use std::path::Path;

use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::{
    ApiKey, ApplicationId, AuthError, Basic, Credentials, PrivateKey, RsaSigner, SignatureSecret,
};
use messages_sdk::env::{
    AuthPreference, EnvError, credentials_from_env, signature_secrets_from_env,
};

use super::private_file;
use super::profile::{Profile, SecretKey};
use crate::error::CommandError;
use crate::exit::Exit;

/// Advice when there are no credentials.
const HOW: &str = "set VONAGE_API_KEY and VONAGE_API_SECRET, or VONAGE_APPLICATION_ID and VONAGE_PRIVATE_KEY_PATH (or \
                   VONAGE_PRIVATE_KEY), or add a profile with `messages profile add`; `messages demo` needs none";

/// A variable's name and, where it has one, its older name.
pub(crate) type Names = &'static [&'static str];

pub(crate) const API_KEY: Names = &["VONAGE_API_KEY", "NEXMO_API_KEY"];
pub(crate) const API_SECRET: Names = &["VONAGE_API_SECRET", "NEXMO_API_SECRET"];
pub(crate) const APPLICATION_ID: Names = &["VONAGE_APPLICATION_ID", "NEXMO_APPLICATION_ID"];
pub(crate) const PRIVATE_KEY: Names = &["VONAGE_PRIVATE_KEY"];
pub(crate) const PRIVATE_KEY_PATH: Names = &[
    "VONAGE_PRIVATE_KEY_PATH",
    "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
];
pub(crate) const SIGNATURE_SECRET: Names = &["VONAGE_SIGNATURE_SECRET", "NEXMO_SIGNATURE_SECRET"];

/// The variables that make up credentials; if one is set, the environment is meant.
const VARIABLES: [Names; 5] = [
    API_KEY,
    API_SECRET,
    APPLICATION_ID,
    PRIVATE_KEY,
    PRIVATE_KEY_PATH,
];

/// A variable's value, under its name or the older one; an empty one counts as unset.
pub(crate) fn variable(names: Names) -> Option<String> {
    named_variable(names).map(|(_, value)| value)
}

/// The same, with the name that has it.
pub(crate) fn named_variable(names: Names) -> Option<(&'static str, String)> {
    names
        .iter()
        .filter_map(|name| Some((*name, env::var(name).ok()?)))
        .find(|(_, value)| !value.trim().is_empty())
}

/// Returns `true` if the environment holds any part of credentials.
pub(crate) fn in_environment() -> bool {
    VARIABLES
        .iter()
        .copied()
        .flatten()
        .any(|name| match env::var(name) {
            Ok(value) => !value.trim().is_empty(),
            // A value that is not text was meant as a credential, and is refused when it is read.
            Err(error) => error != env::VarError::NotPresent,
        })
}

/// The path of the private key that the environment names, if it names one.
pub(crate) fn key_path() -> Option<String> {
    variable(PRIVATE_KEY).map_or_else(|| variable(PRIVATE_KEY_PATH), |_| None)
}

/// The environment's credentials, if it has any.
pub(super) fn from_environment(
    preference: AuthPreference,
) -> Result<Option<Credentials>, CommandError> {
    // A key file is read here: the SDK does not refuse one that others can read.
    if preference != AuthPreference::Basic
        && key_path().is_some()
        && let Some(id) = variable(APPLICATION_ID)
    {
        let id = ApplicationId::parse(id.trim()).map_err(|source| {
            let variable = "VONAGE_APPLICATION_ID";
            in_environment_unusable(EnvError::Unusable { variable, source })
        })?;
        let key = key_from_environment()?;
        return Ok(Some(TokenSource::new(id, RsaSigner::new(key)).into()));
    }
    match credentials_from_env(preference) {
        Ok(credentials) => Ok(Some(credentials)),
        Err(EnvError::Missing) => Ok(None),
        Err(error) => Err(in_environment_unusable(error)),
    }
}

fn in_environment_unusable(error: EnvError) -> CommandError {
    unusable("the environment's credentials cannot be used", error)
}

/// A profile's credentials, if it has any of the kind that is wanted.
pub(super) fn from_profile(
    profile: &Profile,
    preference: AuthPreference,
) -> Result<Option<Credentials>, CommandError> {
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

fn jwt_of(profile: &Profile) -> Result<Option<Credentials>, CommandError> {
    let (Some(id), Some(path)) = (&profile.application_id, &profile.private_key_path) else {
        return Ok(None);
    };
    let id = ApplicationId::parse(id).map_err(in_profile)?;
    let key = key_of_profile(path)?;
    Ok(Some(TokenSource::new(id, RsaSigner::new(key)).into()))
}

fn basic_of(profile: &Profile) -> Result<Option<Credentials>, CommandError> {
    let Some(key) = &profile.api_key else {
        return Ok(None);
    };
    let Some(secret) = profile.secret(SecretKey::Api)? else {
        return Ok(None);
    };
    Basic::new(key.as_str(), secret.as_str())
        .map(|basic| Some(basic.into()))
        .map_err(in_profile)
}

/// The private key that the environment holds or names.
pub(super) fn key_from_environment() -> Result<PrivateKey, CommandError> {
    let unusable = |error| unusable("the environment's private key cannot be used", error);
    if let Some(text) = variable(PRIVATE_KEY) {
        return PrivateKey::from_text(&text).map_err(unusable);
    }
    let path = key_path().ok_or_else(missing)?;
    private_file::private_key(Path::new(path.trim()))?.map_err(unusable)
}

/// The private key that a profile names.
pub(super) fn key_of_profile(path: &Path) -> Result<PrivateKey, CommandError> {
    private_file::private_key(path)?.map_err(in_profile)
}

/// The secrets that sign webhooks, from the environment; none if it has none.
pub(crate) fn secrets_from_environment() -> Result<Vec<SignatureSecret>, CommandError> {
    signature_secrets_from_env()
        .map_err(|error| unusable("the signature secret cannot be used", error))
}

/// The secrets that sign webhooks, from a profile.
pub(super) fn secrets_from_profile(
    profile: &Profile,
) -> Result<Vec<SignatureSecret>, CommandError> {
    let secret = profile.secret(SecretKey::Signature)?;
    secret
        .map(|secret| SignatureSecret::new(secret.as_str()).map_err(in_profile))
        .into_iter()
        .collect()
}

/// The account's key, for signing webhooks as the API does.
pub(super) fn api_key(text: Option<String>) -> Result<Option<ApiKey>, CommandError> {
    text.map(|key| ApiKey::new(key.trim()))
        .transpose()
        .map_err(|error| unusable("the api key cannot be used", error))
}

pub(crate) fn missing() -> CommandError {
    CommandError::new(Exit::Credentials, "no credentials were found").hint(HOW)
}

pub(crate) fn no_signature_secret() -> CommandError {
    CommandError::new(Exit::Credentials, "no signature secret was found").hint(
        "set VONAGE_SIGNATURE_SECRET (several, comma separated, are all tried), or add it to a profile",
    )
}

fn in_profile(error: AuthError) -> CommandError {
    unusable("the profile's credentials cannot be used", error)
}

fn unusable(message: &str, error: impl std::error::Error + Send + Sync + 'static) -> CommandError {
    CommandError::new(Exit::Credentials, message).because(error)
}
