//! Many calls at once whose token the API refuses.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use messages_sdk::Client;
use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::{ApplicationId, PrivateKey, RsaSigner, SignError, Signer};
use messages_sdk::client::ClientReferences;
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::header::AUTHORIZATION;
use messages_sdk::transport::http::{HeaderValue, Request, Response, StatusCode};
use messages_sdk::transport::{Transport, TransportError};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::{sms, taken};

const CALLS: usize = 64;

/// Refuses the first token it sees, once all calls have come with it.
#[derive(Debug)]
struct RefusesTheFirst {
    first: OnceLock<HeaderValue>,
    all: Barrier,
    refused: AtomicUsize,
}

#[async_trait::async_trait]
impl Transport for RefusesTheFirst {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let token = request.headers()[AUTHORIZATION].clone();
        if self.first.get_or_init(|| token.clone()) != token {
            return Ok(taken());
        }
        self.refused.fetch_add(1, Ordering::SeqCst);
        self.all.wait().await;
        let mut refused = Response::new(Bytes::from_static(b"{}"));
        *refused.status_mut() = StatusCode::UNAUTHORIZED;
        Ok(refused)
    }
}

#[derive(Debug)]
struct Counting {
    signer: RsaSigner,
    signatures: Arc<AtomicUsize>,
}

impl Signer for Counting {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.signatures.fetch_add(1, Ordering::SeqCst);
        self.signer.sign(message)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_many_calls_find_refused_is_replaced_once() {
    let transport = Arc::new(RefusesTheFirst {
        first: OnceLock::new(),
        all: Barrier::new(CALLS),
        refused: AtomicUsize::new(0),
    });
    let signatures = Arc::new(AtomicUsize::new(0));
    let signer = Counting {
        signer: RsaSigner::new(PrivateKey::generate().unwrap()),
        signatures: Arc::clone(&signatures),
    };
    let client = Client::builder()
        .credentials(TokenSource::new(ApplicationId::random(), signer))
        .client_references(ClientReferences::AsGiven)
        .transport(Arc::clone(&transport))
        .build()
        .unwrap();

    let mut calls = JoinSet::new();
    for _ in 0..CALLS {
        let client = client.clone();
        calls.spawn(async move { client.send(sms()).await.unwrap().report.attempts });
    }
    let attempts = calls.join_all().await;

    assert_eq!(attempts, [2; CALLS]);
    assert_eq!(transport.refused.load(Ordering::SeqCst), CALLS);
    assert_eq!(
        signatures.load(Ordering::SeqCst),
        2,
        "one token, and one in its place"
    );
}
