//! TLS to receivers whose certificate authority was given.

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::config::check::SettingError;

/// Opens TLS to receivers with certificates of the authorities in a PEM file, and of no others.
///
/// # Errors
/// If the file cannot be read or has no certificate.
pub(crate) fn connector(file: &Path) -> Result<TlsConnector, SettingError> {
    read(file).ok_or_else(|| SettingError {
        setting: "webhook_ca".to_owned(),
        requirement: "must be a readable PEM file with the certificates of authorities",
    })
}

fn read(file: &Path) -> Option<TlsConnector> {
    let pem = std::fs::read(file).ok()?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.ok()?).ok()?;
    }
    if roots.is_empty() {
        return None;
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Some(TlsConnector::from(Arc::new(config)))
}
