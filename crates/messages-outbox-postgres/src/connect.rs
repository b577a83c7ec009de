//! Connections: TLS, and the pool.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use messages_outbox::{StoreError, StoreErrorKind};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::not_done;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// Longest wait for a free connection of the pool.
const WAIT: Duration = Duration::from_secs(10);

/// Authorities whose certificates are accepted.
#[derive(Clone)]
pub(crate) enum Trust {
    /// Those of the platform, and these.
    Platform(Vec<CertificateDer<'static>>),
    /// These alone.
    Only(Vec<CertificateDer<'static>>),
}

/// TLS, which verifies the server. Used unless the configuration says `sslmode=disable`.
pub(crate) fn tls(trust: &Trust) -> Result<MakeRustlsConnect, StoreError> {
    let failed =
        |error: rustls::Error| StoreError::not_done(StoreErrorKind::Unavailable).caused_by(error);
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let builder = match trust {
        Trust::Platform(more) => {
            let verifier = match more.is_empty() {
                true => Verifier::new(provider),
                false => Verifier::new_with_extra_roots(more.clone(), provider),
            };
            let verifier = Arc::new(verifier.map_err(failed)?);
            builder
                .dangerous()
                .with_custom_certificate_verifier(verifier)
        }
        Trust::Only(certificates) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates {
                roots.add(certificate.clone()).map_err(failed)?;
            }
            builder.with_root_certificates(roots)
        }
    };
    Ok(MakeRustlsConnect::new(builder.with_no_client_auth()))
}

/// The configuration with the defaults of this crate.
pub(crate) fn with_defaults(mut config: Config) -> Config {
    if config.get_application_name().is_none() {
        config.application_name("messages-outbox");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(30));
    }
    config
}

/// A pool of this many connections. Each new one checks that it is to the database that the rows were written in.
pub(crate) fn pool(
    config: Config,
    tls: MakeRustlsConnect,
    connections: usize,
) -> Result<Pool, StoreError> {
    let manager = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let check = Hook::async_fn(|client, _| {
        Box::pin(async move {
            // A copy of the database, or a server that was promoted in place of another: rows may have been sent since.
            let sql = "SELECT messages_outbox.check_identity()";
            let checked = client.batch_execute(sql).await;
            checked.map_err(HookError::Backend)
        })
    });
    Pool::builder(Manager::from_config(config, tls, manager))
        .max_size(connections)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .runtime(Runtime::Tokio1)
        .post_create(check)
        .build()
        .map_err(|_| StoreError::not_done(StoreErrorKind::Request))
}

/// One connection beside the pool.
pub(crate) async fn connect(
    config: &Config,
    tls: MakeRustlsConnect,
) -> Result<tokio_postgres::Client, StoreError> {
    let (client, connection) = config.connect(tls).await.map_err(not_done)?;
    tokio::spawn(connection);
    Ok(client)
}
