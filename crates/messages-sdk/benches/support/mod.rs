//! The SDK as a contender.

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use http::HeaderValue;
use messages_bench::{BASIC, Contender, raw_hyper};
use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::{ApplicationId, Basic, Credentials, PrivateKey, RsaSigner};
use messages_sdk::types::v1::Sms;
use messages_sdk::{Client, ClientBuilder, Endpoint};

pub type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// The SDK over hyper beside raw hyper with a header of the same length, for either kind of credentials.
pub fn beside_raw_hyper(base: &str) -> [(&'static str, Contender); 4] {
    [
        ("raw hyper, Basic", raw_hyper(base, BASIC).unwrap()),
        ("raw hyper, JWT", raw_hyper(base, token()).unwrap()),
        ("sdk, Basic", sdk(base, basic())),
        ("sdk, JWT", sdk(base, jwt())),
    ]
}

/// The SDK with its defaults over the hyper transport.
pub fn sdk(base: &str, credentials: Credentials) -> Contender {
    let builder = builder(base, credentials).hyper().unwrap();
    typed(builder.build().unwrap())
}

/// A client with the defaults, but for the transport.
pub fn builder(base: &str, credentials: Credentials) -> ClientBuilder {
    Client::builder()
        .endpoint(base.parse::<Endpoint>().unwrap())
        .credentials(credentials)
}

/// A typed message in, made anew for every call; a typed acceptance out.
pub fn typed(client: Client) -> Contender {
    Arc::new(move || {
        let client = client.clone();
        Box::pin(async move {
            let message = Sms::text("447700900001", "447700900000", "Your table is free at 8")?;
            let accepted = client.send(message).await?;
            assert_eq!(accepted.message_uuid.len(), 36);
            Ok(())
        })
    })
}

pub fn basic() -> Credentials {
    Basic::new("a1b2c3d4", "secret").unwrap().into()
}

pub fn jwt() -> Credentials {
    token_source().into()
}

/// A token as the SDK sends it.
fn token() -> HeaderValue {
    token_source().header_value(SystemTime::now()).unwrap()
}

fn token_source() -> TokenSource {
    let key = PrivateKey::generate().unwrap();
    TokenSource::new(ApplicationId::random(), RsaSigner::new(key))
}
