//! Whose workspace it is: an account with one application.

use std::sync::Arc;

use messages_auth::webhook::WebhookSigner;
use messages_auth::{ApiKey, ApplicationId, AuthError, Basic, PublicKey};

use serde::{Deserialize, Serialize};

use super::verified_tokens::VerifiedTokens;
use crate::config::credentials::{EmulatorCredentials, random_secret};
use messages_types::v1::WebhookVersion;

/// An account, the application that belongs to it, and where its webhooks go.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) credentials: EmulatorCredentials,
    pub(crate) basic: Basic,
    pub(crate) public_key: PublicKey,
    pub(crate) verified_tokens: VerifiedTokens,
    pub(crate) signer: WebhookSigner,
    /// Signs with a random secret that no receiver has.
    pub(crate) wrong_signer: WebhookSigner,
    pub(crate) targets: Targets,
}

/// Webhook URLs and format of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Targets {
    pub(crate) status_url: Option<Arc<str>>,
    pub(crate) inbound_url: Option<Arc<str>>,
    pub(crate) version: WebhookVersion,
}

impl Default for Targets {
    fn default() -> Self {
        Self {
            status_url: None,
            inbound_url: None,
            version: WebhookVersion::V1,
        }
    }
}

impl Account {
    pub(crate) fn new(
        credentials: EmulatorCredentials,
        targets: Targets,
    ) -> Result<Self, AuthError> {
        let signer = |secret| {
            WebhookSigner::new(credentials.api_key.clone(), secret)
                .application_id(credentials.application_id)
        };
        Ok(Self {
            basic: credentials.basic()?,
            public_key: credentials.private_key.public_key(),
            verified_tokens: VerifiedTokens::default(),
            signer: signer(credentials.signature_secret.clone()),
            wrong_signer: signer(random_secret()?),
            credentials,
            targets,
        })
    }

    pub(crate) fn api_key(&self) -> &ApiKey {
        &self.credentials.api_key
    }

    pub(crate) fn application_id(&self) -> ApplicationId {
        self.credentials.application_id
    }
}
