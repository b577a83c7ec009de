//! The error of an emulator that does not start.

use std::io;

use messages_auth::AuthError;
use messages_transport::backend::BuildError;

use super::check::SettingError;

/// The reason for which an emulator does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port cannot be listened on.
    #[error("the port cannot be listened on")]
    Listen(#[source] io::Error),
    /// A setting cannot be used.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A credential cannot be used, or a key pair cannot be made.
    #[error("the credentials cannot be used")]
    EmulatorCredentials(#[from] AuthError),
    /// The webhook client cannot be built.
    #[error("the sender of webhooks cannot be built")]
    Webhooks(#[source] Box<BuildError>),
    /// The data file cannot be used: it is another emulator's at the moment, or it is not one of this version.
    #[error("the data file cannot be used: {reason}")]
    Data {
        /// The reason, in words.
        reason: &'static str,
        /// The database's error.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The private key cannot be written.
    #[error("the private key cannot be written")]
    KeyFile(#[source] io::Error),
}
