//! Settings of the hyper backend.

use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::HyperTransport;
use super::connect::{Connect, Connector};
use super::hop::Hop;
use super::pool::Pool;
use crate::backend::proxy::ProxySettings;
use crate::backend::settings::{HttpVersions, PoolSettings};
use crate::backend::{BodyLimits, BuildError, settings};

/// Builds a [`HyperTransport`]. Every setting has a default.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct HyperTransportBuilder {
    pool: PoolSettings,
    body_limits: BodyLimits,
    roots: Roots,
    connector: Option<Arc<dyn Connect>>,
    proxies: ProxySettings,
}

#[derive(Debug, Clone, Default)]
struct Roots {
    pem: Vec<u8>,
    instead_of_the_platforms: bool,
}

impl HyperTransportBuilder {
    settings::pool_setters!();

    /// Limits of reading a response body.
    pub fn body_limits(mut self, limits: BodyLimits) -> Self {
        self.body_limits = limits;
        self
    }

    /// Trusts these certificate authorities, PEM encoded and possibly several, besides the
    /// platform's.
    pub fn extra_roots(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.roots.pem.extend_from_slice(pem.as_ref());
        self.roots.pem.push(b'\n');
        self
    }

    /// Trusts these certificate authorities and no others; the platform's are not even read.
    pub fn only_roots(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.roots.instead_of_the_platforms = true;
        self.extra_roots(pem)
    }

    /// Opens connections with a connector of your own, which replaces TCP and TLS; the settings of
    /// certificates and proxies then have no effect.
    pub fn connector(mut self, connector: impl Connect) -> Self {
        self.connector = Some(Arc::new(connector));
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// If a certificate or the URL of a proxy cannot be read, or if the platform has no certificate roots: a container
    /// without `ca-certificates` needs [`only_roots`](Self::only_roots).
    pub fn build(self) -> Result<HyperTransport, BuildError> {
        let connector = match self.connector {
            Some(connector) => Connector::Custom(connector),
            None => {
                let mut tcp = HttpConnector::new();
                tcp.enforce_http(false);
                tcp.set_nodelay(true);
                let hop = Hop::new(tcp, self.proxies.build()?);
                let https = HttpsConnectorBuilder::new()
                    .with_tls_config(self.roots.tls()?)
                    .https_or_http();
                Connector::Https(match self.pool.versions {
                    HttpVersions::Negotiated => https.enable_all_versions().wrap_connector(hop),
                    HttpVersions::Http1 => https.enable_http1().wrap_connector(hop),
                    HttpVersions::Http2 => https.enable_http2().wrap_connector(hop),
                })
            }
        };
        Ok(HyperTransport {
            pool: Arc::new(Pool::new(connector, self.pool)),
            body_limits: self.body_limits,
        })
    }
}

impl Roots {
    fn tls(&self) -> Result<ClientConfig, BuildError> {
        // Named, never taken from the features that happen to be on: with two providers compiled
        // in, the default panics.
        let provider = CryptoProvider::get_default()
            .cloned()
            .unwrap_or_else(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
        let certificates = CertificateDer::pem_slice_iter(&self.pem)
            .collect::<Result<Vec<_>, _>>()
            .map_err(BuildError::new)?;
        if certificates.is_empty() && !self.pem.is_empty() {
            return Err(BuildError::new("no certificate in the PEM text"));
        }
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(BuildError::new)?;
        Ok(if self.instead_of_the_platforms {
            let mut store = RootCertStore::empty();
            for certificate in certificates {
                store.add(certificate).map_err(BuildError::new)?;
            }
            config.with_root_certificates(store).with_no_client_auth()
        } else {
            let verifier =
                Verifier::new_with_extra_roots(certificates, provider).map_err(BuildError::new)?;
            config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
                .with_no_client_auth()
        })
    }
}
