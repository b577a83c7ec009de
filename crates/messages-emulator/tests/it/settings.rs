//! Settings, and values of control requests, that cannot be used; receivers that are reached by https.

use std::sync::Arc;
use std::time::SystemTime;

use messages_auth::jwt::{Acl, AclPath, AclRule, JwtOptions};
use messages_emulator::{Action, Channel, Emulator, Query, RateLimit, Rule, StartError};
use messages_transport::http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::support::{Client, LIMIT, sms};

#[tokio::test]
async fn a_setting_that_cannot_be_used_refuses_the_start() {
    for (builder, setting) in [
        (Emulator::builder().status_url("/status"), "status_url"),
        (
            Emulator::builder().inbound_url("https://127.0.0.1:3000/"),
            "inbound_url",
        ),
        (Emulator::builder().speed(0.0), "speed"),
        (Emulator::builder().keep(0), "keep"),
        (
            Emulator::builder().rate_limit(RateLimit::per_second(-1.0)),
            "rate_limit.per_second",
        ),
        (
            Emulator::builder().rule(Rule::nth(0, Action::Read)),
            "rules[0].when.nth",
        ),
        (
            Emulator::builder().webhook_ca("/nowhere/ca.pem"),
            "webhook_ca",
        ),
    ] {
        match builder.start().await {
            Err(StartError::Setting(error)) => assert_eq!(error.setting, setting),
            other => panic!("{setting}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_receiver_cannot_register_a_url_that_cannot_be_used() {
    let emulator = Emulator::builder().start().await.unwrap();
    let client = Client::basic(&emulator);
    let register = async |body: Value| {
        let answer = client
            .call(Method::PUT, "/emulator/v1/webhooks", body.to_string())
            .await;
        let answer = answer.unwrap();
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        (answer.status().as_u16(), text)
    };
    for url in [
        "/status",
        "http://127.0.0.1/",
        "https://127.0.0.1:1/",
        "http://10.0.0.1:1/",
    ] {
        let (status, text) = register(json!({ "inbound_url": url })).await;
        assert_eq!(status, 422, "{url}");
        assert!(text.contains("`inbound_url`"), "{text}");
    }
    assert_eq!(
        register(json!({ "status_url": "http://127.0.0.1:9/" }))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn a_status_or_a_message_that_the_channel_never_has_is_refused() {
    let emulator = Emulator::builder().stepped().start().await.unwrap();
    let client = Client::basic(&emulator);
    let uuid = client.send("/v1/messages", &sms("447700900000")).await;
    let path = format!("/emulator/v1/messages/{uuid}/status");
    for (change, reason) in [
        (json!({ "status": "read" }), "sms does not report"),
        (
            json!({ "status": "delivered", "code": 1050 }),
            "code is allowed with",
        ),
        (json!({ "status": "rejected", "code": 1 }), "code must be"),
    ] {
        let (status, answer) = client.post(&path, &change).await;
        assert_eq!(status, 422, "{change}");
        assert!(
            answer["error"].as_str().unwrap().contains(reason),
            "{answer}"
        );
    }
    assert_eq!(emulator.messages(&Query::sent(), 1)[0].status, None);

    for (channel, kind, is_known) in [
        ("sms", "image", false),
        ("sms", "location", false),
        ("viber_service", "audio", false),
        ("messenger", "order", false),
        ("mms", "reply", false),
        ("sms", "text", true),
        ("mms", "image", true),
        ("whatsapp", "order", true),
        ("sms", "something_new", true),
        ("email", "image", true),
    ] {
        let message = json!({
            "channel": channel, "message_type": kind, "from": "447700900000", "to": "447700900001",
            kind: { "url": "https://example.com/a" }
        });
        let (status, answer) = client.post("/emulator/v1/inbound", &message).await;
        assert_eq!(
            status,
            if is_known { 200 } else { 422 },
            "{channel} {kind}: {answer}"
        );
    }
    let image = json!({
        "from": { "type": "sms", "number": "447700900000" }, "to": { "type": "sms", "number": "447700900001" },
        "message": { "content": { "type": "image", "image": { "url": "https://example.com/a" } } }
    });
    assert_eq!(client.post("/emulator/v1/inbound", &image).await.0, 422);
    let received = emulator.messages(&Query::received().over(Channel::Sms), 9);
    assert_eq!(received.len(), 2);
}

#[tokio::test]
async fn a_token_opens_the_paths_and_methods_of_its_acl_only() {
    let emulator = Emulator::builder().stepped().start().await.unwrap();
    let posting = || AclRule::new().methods([Method::POST]);
    let messages = AclPath::messages;
    for (acl, expected) in [
        (None, (202, 202)),
        (
            Some(Acl::new().path(messages(), AclRule::new())),
            (202, 202),
        ),
        (Some(Acl::new().path(messages(), posting())), (202, 401)),
        (
            Some(Acl::new().path(AclPath::dispatch(), AclRule::new())),
            (401, 401),
        ),
        (Some(Acl::new()), (401, 401)),
    ] {
        let label = format!("{acl:?}");
        let mut options = JwtOptions::new();
        if let Some(acl) = acl {
            options = options.acl(acl);
        }
        let source = emulator.credentials().token_source().options(options);
        let token = source.header_value(SystemTime::now()).unwrap();
        let client = Client::authorized(emulator.base_url(), token.to_str().unwrap());
        let rcs = json!({ "channel": "rcs", "message_type": "text", "from": "Shop", "to": "447700900000", "text": "Hello" });
        let (posted, _) = client.post("/v1/messages", &rcs).await;
        let uuid = Client::jwt(&emulator).send("/v1/messages", &rcs).await;
        let patched = client
            .call(
                Method::PATCH,
                &format!("/v1/messages/{uuid}"),
                r#"{"status":"revoked"}"#,
            )
            .await
            .unwrap();
        assert_eq!((posted, patched.status().as_u16()), expected, "{label}");
    }
}

#[tokio::test]
async fn webhooks_reach_an_https_receiver_with_a_given_authority() {
    let authority = authority();
    let (url, mut received) = https_receiver(&authority).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    for (root, is_known) in [
        (authority.root.clone(), true),
        (self::authority().root, false),
    ] {
        std::fs::write(&file, root).unwrap();
        let builder = Emulator::builder()
            .stepped()
            .webhook_ca(&file)
            .status_url(&url);
        let emulator = builder.start().await.unwrap();
        let uuid = Client::basic(&emulator)
            .send("/v1/messages", &sms("447700900000"))
            .await;
        let told = emulator
            .trigger(&uuid, messages_emulator::Status::Submitted, None)
            .await
            .unwrap();
        let webhook = told.webhook.unwrap();
        assert_eq!(webhook.acknowledged, is_known, "{:?}", webhook.error);
        if is_known {
            let body = tokio::time::timeout(LIMIT, received.recv())
                .await
                .unwrap()
                .unwrap();
            assert!(body.contains("\"status\":\"submitted\""), "{body}");
        }
    }
}

struct Authority {
    root: String,
    certificate: rcgen::Certificate,
    key: rcgen::KeyPair,
}

fn authority() -> Authority {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = parameters.self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::from_params(&parameters, &key);
    let own_key = rcgen::KeyPair::generate().unwrap();
    let own = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    Authority {
        root: root.pem(),
        certificate: own.signed_by(&own_key, &issuer).unwrap(),
        key: own_key,
    }
}

/// Answers each request with 200 and hands over its bytes.
async fn https_receiver(
    authority: &Authority,
) -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let key = PrivateKeyDer::try_from(authority.key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![authority.certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, sender) = (acceptor.clone(), sender.clone());
            tokio::spawn(async move {
                // The handshake fails where the authority is not known.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut request = Vec::new();
                while !request.ends_with(b"}") {
                    if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let _ = sender.send(String::from_utf8_lossy(&request).into_owned());
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                    .await;
            });
        }
    });
    (format!("https://localhost:{port}/status"), receiver)
}
