//! The credentials of a workspace.

use std::sync::OnceLock;

use messages_auth::jwt::TokenSource;
use messages_auth::webhook::Secrets;
use messages_auth::{
    ApiKey, ApiSecret, ApplicationId, AuthError, Basic, PrivateKey, RsaSigner, SignatureSecret,
};
use uuid::Uuid;

/// Everything a client of the emulator needs, and everything a receiver of its webhooks needs.
#[derive(Debug, Clone)]
pub struct EmulatorCredentials {
    pub(crate) api_key: ApiKey,
    pub(crate) api_secret: ApiSecret,
    pub(crate) signature_secret: SignatureSecret,
    pub(crate) application_id: ApplicationId,
    pub(crate) private_key: PrivateKey,
    pub(crate) given: Given,
}

/// Which secrets were given at the start, and may be real ones. They are never shown or stored.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Given {
    pub(crate) api_secret: bool,
    pub(crate) signature_secret: bool,
    pub(crate) private_key: bool,
}

/// Credentials as a data file has them: without what was given.
pub(crate) struct SavedCredentials {
    pub(crate) api_key: ApiKey,
    pub(crate) application_id: ApplicationId,
    pub(crate) api_secret: Option<ApiSecret>,
    pub(crate) signature_secret: Option<SignatureSecret>,
    pub(crate) private_key: Option<PrivateKey>,
}

impl SavedCredentials {
    /// The credentials of a workspace beside the first one, whose private key is that of all. Secrets that are not stored
    /// are made anew.
    pub(crate) fn complete(
        self,
        first: &EmulatorCredentials,
    ) -> Result<EmulatorCredentials, AuthError> {
        let is_stored = self.private_key.is_some();
        Ok(EmulatorCredentials {
            api_key: self.api_key,
            application_id: self.application_id,
            api_secret: match self.api_secret {
                Some(secret) => secret,
                None => ApiSecret::new(random_secret()?.expose())?,
            },
            signature_secret: match self.signature_secret {
                Some(secret) => secret,
                None => random_secret()?,
            },
            private_key: self
                .private_key
                .unwrap_or_else(|| first.private_key.clone()),
            given: Given {
                private_key: first.given.private_key && !is_stored,
                ..Given::default()
            },
        })
    }
}

impl EmulatorCredentials {
    /// The api key.
    #[must_use]
    pub fn api_key(&self) -> &ApiKey {
        &self.api_key
    }

    /// The api secret.
    #[must_use]
    pub fn api_secret(&self) -> &ApiSecret {
        &self.api_secret
    }

    /// The secret with which webhooks are signed.
    #[must_use]
    pub fn signature_secret(&self) -> &SignatureSecret {
        &self.signature_secret
    }

    /// The application.
    #[must_use]
    pub fn application_id(&self) -> ApplicationId {
        self.application_id
    }

    /// The application's private key.
    #[must_use]
    pub fn private_key(&self) -> &PrivateKey {
        &self.private_key
    }

    /// For Basic authentication.
    ///
    /// # Errors
    /// If key and secret together are no header value, which they always are.
    pub fn basic(&self) -> Result<Basic, AuthError> {
        Basic::new(self.api_key.clone(), self.api_secret.clone())
    }

    /// For JWT authentication.
    #[must_use]
    pub fn token_source(&self) -> TokenSource {
        TokenSource::new(
            self.application_id,
            RsaSigner::new(self.private_key.clone()),
        )
    }

    /// For the verification of webhooks.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        Secrets::new().secret(self.api_key.clone(), self.signature_secret.clone())
    }
}

/// A random secret: 64 hexadecimal digits.
pub(crate) fn random_secret() -> Result<SignatureSecret, AuthError> {
    let (one, two) = (Uuid::new_v4(), Uuid::new_v4());
    SignatureSecret::new(format!("{}{}", one.as_simple(), two.as_simple()))
}

/// The key pair of this process. Making one takes some tenths of a second, so that emulators share it.
pub(crate) fn shared_key() -> Result<PrivateKey, AuthError> {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(key.clone());
    }
    let key = PrivateKey::generate()?;
    Ok(KEY.get_or_init(|| key).clone())
}
