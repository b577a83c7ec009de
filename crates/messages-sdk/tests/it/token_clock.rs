//! The `Date` of a 401 and the clock that tokens are issued by.

use std::io;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use messages_sdk::auth::jwt::{self, TokenSource};
use messages_sdk::auth::{ApplicationId, PrivateKey, RsaSigner};
use messages_sdk::client::ClientReferences;
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::header::{AUTHORIZATION, DATE};
use messages_sdk::transport::http::{HeaderValue, Request, Response, StatusCode};
use messages_sdk::transport::{Transport, TransportError};
use messages_sdk::{Client, Endpoint};

use crate::support::{sms, taken};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().unwrap());

/// The `Date` of a response.
#[derive(Debug, Clone, Copy)]
enum Date {
    /// This many seconds after the token was issued.
    Ahead(i64),
    Text(&'static str),
}

/// Answers 401 with this date to the first request, and accepts every other.
#[derive(Debug)]
struct Dated {
    date: Date,
    issued: Mutex<Vec<u64>>,
}

#[async_trait::async_trait]
impl Transport for Dated {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let token = jwt::bearer_token(&request.headers()[AUTHORIZATION]).unwrap();
        let found = jwt::inspect(token, SystemTime::now());
        let mut issued = self.issued.lock().unwrap();
        let now = found.claims.unwrap().issued_at;
        issued.push(now);
        if issued.len() > 1 {
            return Ok(taken());
        }
        let mut refused = Response::new(Bytes::from_static(b"{}"));
        *refused.status_mut() = StatusCode::UNAUTHORIZED;
        let date = match self.date {
            Date::Text(text) => text.to_owned(),
            Date::Ahead(seconds) => {
                let then = Duration::from_secs(now.saturating_add_signed(seconds));
                httpdate::fmt_http_date(UNIX_EPOCH + then)
            }
        };
        let date = HeaderValue::from_str(&date).unwrap();
        refused.headers_mut().insert(DATE, date);
        Ok(refused)
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The seconds by which a 401 with this date moves the next token's `iat`, and what is logged meanwhile.
async fn moved(endpoint: Endpoint, date: Date) -> (i64, String) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let transport = Arc::new(Dated {
        date,
        issued: Mutex::default(),
    });
    let signer = RsaSigner::new(KEY.clone());
    let client = Client::builder()
        .endpoint(endpoint)
        .credentials(TokenSource::new(ApplicationId::random(), signer))
        .client_references(ClientReferences::AsGiven)
        .transport(Arc::clone(&transport))
        .build()
        .unwrap();
    let sent = client.send(sms()).await.unwrap();
    assert_eq!(sent.report.attempts, 2);
    let issued = transport.issued.lock().unwrap().clone();
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    (issued[1].cast_signed() - issued[0].cast_signed(), log)
}

/// Returns `true` if a token moved by this much, apart from the time that passed.
fn is_about(moved: i64, off: i64) -> bool {
    (0..60).contains(&(moved - off))
}

fn tls() -> Endpoint {
    Endpoint::new("https://api.example.com").unwrap()
}

#[tokio::test]
async fn a_difference_of_up_to_24_hours_is_corrected_and_logged() {
    for off in [300, -300, 23 * HOUR, -23 * HOUR] {
        let (moved, log) = moved(tls(), Date::Ahead(off)).await;
        assert!(is_about(moved, off), "{off}: {moved}");
        let warning = log.lines().find(|line| line.contains(" WARN ")).unwrap();
        assert!(warning.contains("clock"), "{warning}");
        for private in ["eyJ", "447700900", "canary"] {
            assert!(!log.contains(private), "{log}");
        }
    }
    let (moved, log) = moved(tls(), Date::Ahead(2)).await;
    assert!(
        is_about(moved, 0) && !log.contains(" WARN "),
        "{moved} {log}"
    );
}

#[tokio::test]
async fn a_larger_difference_is_refused_and_logged() {
    let dates = [
        Date::Text("Thu, 01 Jan 1970 00:00:00 GMT"),
        Date::Text("Fri, 31 Dec 9999 23:59:59 GMT"),
        Date::Ahead(DAY + 60),
        Date::Ahead(-DAY - 60),
    ];
    for date in dates {
        let (moved, log) = moved(tls(), date).await;
        assert!(is_about(moved, 0), "{date:?}: {moved}");
        assert!(log.contains(" WARN "), "{date:?}: {log}");
    }
    for date in ["", "soon", "Thu, 99 Jan 2026 00:00:00 GMT"] {
        let (moved, log) = moved(tls(), Date::Text(date)).await;
        assert!(is_about(moved, 0), "{date}: {moved}");
        assert!(!log.contains(" WARN "), "{date}: {log}");
    }
}

#[tokio::test]
async fn a_date_without_tls_counts_from_this_machine_only() {
    let plain = Endpoint::allowing_http("http://api.example.com").unwrap();
    let (moved_by, log) = moved(plain, Date::Ahead(300)).await;
    assert!(is_about(moved_by, 0), "{moved_by}");
    assert!(log.contains(" WARN "), "{log}");
    for url in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"] {
        let (moved, _) = moved(Endpoint::new(url).unwrap(), Date::Ahead(300)).await;
        assert!(is_about(moved, 300), "{url}: {moved}");
    }
}
