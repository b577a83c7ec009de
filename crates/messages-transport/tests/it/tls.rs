//! TLS with a certificate authority of one's own, and the HTTP version it negotiates.

use std::net::SocketAddr;
use std::sync::Arc;

use messages_transport::backend::hyper::HyperTransport;
use messages_transport::backend::reqwest::ReqwestTransport;
use messages_transport::testing::server::{Answer, FaultServer};
use messages_transport::{Delivery, Transport, TransportErrorKind};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ServerConfig, pki_types};

use crate::support::{post, soon};

pub(crate) struct Authority {
    pub(crate) root: String,
    certificate: rcgen::Certificate,
    key: rcgen::KeyPair,
}

pub(crate) fn authority() -> Authority {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = parameters.self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::from_params(&parameters, &key);
    let own_key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "api.example".to_owned()];
    let own = rcgen::CertificateParams::new(names)
        .unwrap()
        .signed_by(&own_key, &issuer)
        .unwrap();
    Authority {
        root: root.pem(),
        certificate: own,
        key: own_key,
    }
}

/// Ends TLS in front of a plain server.
pub(crate) async fn in_front_of(
    server: SocketAddr,
    authority: &Authority,
    alpn: &[&str],
) -> SocketAddr {
    let key = pki_types::PrivateKeyDer::try_from(authority.key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![authority.certificate.der().clone()], key)
        .unwrap();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut tls) = acceptor.accept(stream).await else {
                    return;
                };
                let mut plain = TcpStream::connect(server).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut tls, &mut plain).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn only_a_trusted_server_is_spoken_to() {
    let authority = authority();
    let root = &authority.root;
    let trusting: [(&str, Arc<dyn Transport>); 4] = [
        (
            "hyper, only",
            Arc::new(HyperTransport::builder().only_roots(root).build().unwrap()),
        ),
        (
            "hyper, extra",
            Arc::new(HyperTransport::builder().extra_roots(root).build().unwrap()),
        ),
        (
            "reqwest, only",
            Arc::new(
                ReqwestTransport::builder()
                    .only_roots(root)
                    .build()
                    .unwrap(),
            ),
        ),
        (
            "reqwest, extra",
            Arc::new(
                ReqwestTransport::builder()
                    .extra_roots(root)
                    .build()
                    .unwrap(),
            ),
        ),
    ];
    for alpn in [&["h2", "http/1.1"][..], &["http/1.1"], &[]] {
        for (name, transport) in &trusting {
            let server = FaultServer::start(|_| Answer::new(202, "{}").into())
                .await
                .unwrap();
            let port = in_front_of(server.address(), &authority, alpn).await.port();
            let uri: http::Uri = format!("https://localhost:{port}/v1/messages")
                .parse()
                .unwrap();
            let response = transport.send(post(uri.clone(), "{}")).await;
            assert_eq!(response.unwrap().status(), 202, "{name}, {alpn:?}");
            // The server does not decode the head of an HTTP/2 request.
            let over_http2 = server.latest().unwrap().head.is_empty();
            assert_eq!(over_http2, alpn.contains(&"h2"), "{name}, {alpn:?}");
        }
    }

    let strangers: [(&str, Arc<dyn Transport>); 2] = [
        (
            "hyper",
            Arc::new(HyperTransport::builder().build().unwrap()),
        ),
        (
            "reqwest",
            Arc::new(ReqwestTransport::builder().build().unwrap()),
        ),
    ];
    for (name, transport) in strangers {
        let server = FaultServer::start(|_| Answer::new(202, "{}").into())
            .await
            .unwrap();
        let port = in_front_of(server.address(), &authority, &[]).await.port();
        let uri: http::Uri = format!("https://localhost:{port}/v1/messages")
            .parse()
            .unwrap();
        let error = soon(transport.send(post(uri, "{}"))).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (TransportErrorKind::Connect, Delivery::NotSent),
            "{name}: {error:?}"
        );
        assert_eq!(server.started(), 0);
    }
}
