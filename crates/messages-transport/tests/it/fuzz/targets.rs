//! Properties that hold for every response, whatever bytes a server sends: the fuzz targets call these functions.
//!
//! A target starts from its seeds and stores what it finds in `corpus`: `cargo xtask fuzz --only=answers_http1
//! --seconds=60`

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use messages_transport::backend::BodyLimits;
use messages_transport::backend::hyper::{
    Connect, Connection, HyperTransport, HyperTransportBuilder,
};
use messages_transport::bytes::Bytes;
use messages_transport::http::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use messages_transport::http::{Request, Uri};
use messages_transport::layer::retry::retry_after as parse;
use messages_transport::{Delivery, Transport, Truncated, async_trait};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

/// The request's body, at which a server knows that it has all of it; no error may show it.
const BODY: &str = r#"{"text":"canary"}"#;
const TOKEN: &str = "Bearer canary";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// 1994-11-06T08:49:37Z, the instant of the examples in RFC 9110.
const NOW: Duration = Duration::from_secs(784_111_777);

/// An answer over HTTP/1.1.
pub fn answer_over_http1(bytes: &[u8]) {
    answer(bytes, HyperTransportBuilder::http1_only);
}

/// An answer over HTTP/2.
pub fn answer_over_http2(bytes: &[u8]) {
    answer(bytes, HyperTransportBuilder::http2_only);
}

/// The first byte says how long the pieces are in which the rest arrives; then the connection ends. The server has read the
/// whole request, so whatever it says, the request counts as sent.
fn answer(bytes: &[u8], version: fn(HyperTransportBuilder) -> HyperTransportBuilder) {
    let Some((&piece, bytes)) = bytes.split_first() else {
        return;
    };
    let limits = limits();
    let server = Server {
        answer: bytes.to_vec(),
        piece: usize::from(piece) + 1,
    };
    let builder = HyperTransport::builder()
        .connector(server)
        .body_limits(limits);
    let transport = version(builder).build().expect("it reads no certificates");
    let mut request = Request::post("http://localhost/v1/messages")
        .body(Bytes::from_static(BODY.as_bytes()))
        .expect("a request");
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, HeaderValue::from_static(TOKEN));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let result = runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(20), transport.send(request))
            .await
            .expect("the end of the connection ends the call")
    });
    match result {
        Ok(response) => {
            let length = response.body().len();
            let is_cut = response.extensions().get::<Truncated>().is_some();
            if response.status().is_success() {
                assert!(length <= limits.success && !is_cut);
            } else {
                assert!(length <= limits.error_kept);
                assert!(!is_cut || length == limits.error_kept);
            }
            let wait = parse(response.headers(), UNIX_EPOCH + NOW);
            assert!(wait.is_none_or(|wait| wait <= DAY));
        }
        Err(error) => {
            assert_ne!(error.delivery(), Delivery::NotSent, "{error:?}");
            let mut shown = format!("{error} {error:?}");
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                shown.push_str(&format!(" {error} {error:?}"));
                cause = error.source();
            }
            assert!(!shown.contains("canary"), "{shown}");
        }
    }
}

/// So short that an input of any size reaches them.
fn limits() -> BodyLimits {
    let mut limits = BodyLimits::default();
    limits.success = 128;
    limits.error_kept = 32;
    limits.error_read = 256;
    limits
}

/// Answers every request with the same bytes.
#[derive(Debug)]
struct Server {
    answer: Vec<u8>,
    piece: usize,
}

#[async_trait]
impl Connect for Server {
    async fn connect(&self, _: &Uri) -> io::Result<Box<dyn Connection>> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn(play(theirs, self.answer.clone(), self.piece));
        Ok(Box::new(ours))
    }
}

async fn play(mut stream: DuplexStream, answer: Vec<u8>, piece: usize) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(BODY.as_bytes()) {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    for piece in answer.chunks(piece) {
        stream.write_all(piece).await?;
    }
    stream.shutdown().await
}

/// Lines: the first is the answer's `Date`, each other one a `Retry-After`.
pub fn retry_after(bytes: &[u8]) {
    let mut lines = bytes
        .split(|byte| *byte == b'\n')
        .map(HeaderValue::from_bytes);
    let date = lines.next().and_then(Result::ok);
    let values: Vec<_> = lines.flatten().collect();
    let now = UNIX_EPOCH + NOW;
    let wait = wait(date.as_ref(), &values, now);
    assert!(wait.is_none_or(|wait| wait <= DAY));
    // The longest counts: what one value asks for, no other can take back.
    let each = values
        .iter()
        .map(|value| self::wait(date.as_ref(), [value], now));
    assert_eq!(wait, each.max().flatten());
    for value in &values {
        let text = value.to_str().unwrap_or_default().trim();
        if let Ok(seconds) = text.parse().map(Duration::from_secs) {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
            let expected = is_plain.then_some(seconds.min(DAY));
            assert_eq!(self::wait(date.as_ref(), [value], now), expected);
        }
    }
}

fn wait<'a>(
    date: Option<&HeaderValue>,
    values: impl IntoIterator<Item = &'a HeaderValue>,
    now: SystemTime,
) -> Option<Duration> {
    let mut headers: HeaderMap = values
        .into_iter()
        .map(|value| (RETRY_AFTER, value.clone()))
        .collect();
    if let Some(date) = date {
        headers.insert(DATE, date.clone());
    }
    parse(&headers, now)
}
