//! Whose workspace it is: an account with one application.

use messages_auth::webhook::WebhookSigner;
use messages_auth::{ApiKey, ApplicationId, Basic, PublicKey, SignatureSecret};

use super::draft::Generation;

/// An account, the application that belongs to it, and where its webhooks go.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) basic: Basic,
    pub(crate) application_id: ApplicationId,
    pub(crate) public_key: PublicKey,
    pub(crate) signer: WebhookSigner,
    /// Signs with a secret that nobody knows.
    pub(crate) wrong_signer: WebhookSigner,
    pub(crate) targets: Targets,
}

/// Where the webhooks of a workspace go, and in which format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Targets {
    pub(crate) status_url: Option<Box<str>>,
    pub(crate) inbound_url: Option<Box<str>>,
    pub(crate) version: Generation,
}

impl Account {
    pub(crate) fn new(
        basic: Basic,
        application_id: ApplicationId,
        public_key: PublicKey,
        signature_secret: SignatureSecret,
        wrong_secret: SignatureSecret,
        targets: Targets,
    ) -> Self {
        let signer = |secret| {
            WebhookSigner::new(basic.api_key().clone(), secret).application_id(application_id)
        };
        Self {
            signer: signer(signature_secret),
            wrong_signer: signer(wrong_secret),
            basic,
            application_id,
            public_key,
            targets,
        }
    }

    pub(crate) fn api_key(&self) -> &ApiKey {
        self.basic.api_key()
    }
}
