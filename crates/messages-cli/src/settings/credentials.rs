//! Credentials from the environment or a profile, never from an argument.

use std::path::Path;

use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::{
    ApiKey, ApplicationId, AuthError, Basic, Credentials, PrivateKey, RsaSigner, SignatureSecret,
};
use messages_sdk::env::{
    self, API_KEY, API_SECRET, APPLICATION_ID, AuthPreference, EnvError, PRIVATE_KEY,
    PRIVATE_KEY_PATH, Variable,
};

use super::private_file;
use super::profile::{Profile, SecretKey};
use crate::error::CommandError;
use crate::exit::Exit;

/// Advice when there are no credentials.
const HOW: &str = "set VONAGE_API_KEY and VONAGE_API_SECRET, or VONAGE_APPLICATION_ID and VONAGE_PRIVATE_KEY_PATH (or \
                   VONAGE_PRIVATE_KEY), or add a profile with `messages profile add`; `messages demo` needs none";

/// The variables that make up credentials; if one is set, the environment is meant.
const VARIABLES: [Variable; 5] = [
    API_KEY,
    API_SECRET,
    APPLICATION_ID,
    PRIVATE_KEY,
    PRIVATE_KEY_PATH,
];

/// A variable's value, under its name or the older one. One that is not text counts as unset here; it is refused where the
/// SDK reads it.
pub(crate) fn variable(variable: Variable) -> Option<String> {
    variable.read().ok().flatten().map(|(_, value)| value)
}

/// Returns `true` if the environment holds any part of credentials.
pub(crate) fn in_environment() -> bool {
    // A value that is not text was meant as a credential, and is refused when it is read.
    VARIABLES
        .iter()
        .any(|variable| !matches!(variable.read(), Ok(None)))
}

/// The environment's credentials, if it has any.
pub(super) fn from_environment(
    preference: AuthPreference,
) -> Result<Option<Credentials>, CommandError> {
    match env::credentials(preference) {
        Ok(credentials) => Ok(Some(credentials)),
        Err(EnvError::Missing) => Ok(None),
        Err(error) => Err(in_environment_unusable(error)),
    }
}

fn in_environment_unusable(error: EnvError) -> CommandError {
    match &error {
        EnvError::ReadableByOthers { path, .. } => private_file::shared(path),
        _ => unusable("the environment's credentials cannot be used", error),
    }
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
    key_from_environment_if_any()?.ok_or_else(missing)
}

pub(crate) fn key_from_environment_if_any() -> Result<Option<PrivateKey>, CommandError> {
    env::private_key().map_err(in_environment_unusable)
}

/// The private key that a profile names.
pub(super) fn key_of_profile(path: &Path) -> Result<PrivateKey, CommandError> {
    private_file::private_key(path)?.map_err(in_profile)
}

/// The secrets that sign webhooks, from the environment; none if it has none.
pub(crate) fn secrets_from_environment() -> Result<Vec<SignatureSecret>, CommandError> {
    env::signature_secrets().map_err(|error| unusable("the signature secret cannot be used", error))
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
