//! A client and a receiver of webhooks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use messages_auth::webhook::Verifier;
use messages_emulator::{Emulator, EmulatorCredentials};
use messages_transport::Transport;
use messages_transport::backend::hyper::HyperTransport;
use messages_transport::bytes::Bytes;
use messages_transport::http::header::AUTHORIZATION;
use messages_transport::http::{HeaderMap, Method, Request, Response};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

pub(crate) const LIMIT: Duration = Duration::from_secs(10);

/// Sends requests to an emulator.
pub(crate) struct Client {
    base: String,
    authorization: String,
    transport: HyperTransport,
}

impl Client {
    pub(crate) fn basic(emulator: &Emulator) -> Self {
        Self::with(emulator.base_url(), emulator.credentials())
    }

    pub(crate) fn with(base: &str, credentials: &EmulatorCredentials) -> Self {
        let header = credentials.basic().unwrap().header_value();
        Self::authorized(base, header.to_str().unwrap())
    }

    pub(crate) fn jwt(emulator: &Emulator) -> Self {
        let source = emulator.credentials().token_source();
        let header = source.header_value(SystemTime::now()).unwrap();
        Self::authorized(emulator.base_url(), header.to_str().unwrap())
    }

    pub(crate) fn authorized(base: &str, authorization: &str) -> Self {
        Self {
            base: base.to_owned(),
            authorization: authorization.to_owned(),
            transport: HyperTransport::builder().build().unwrap(),
        }
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: impl Into<Bytes>,
    ) -> Result<Response<Bytes>, messages_transport::TransportError> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("content-type", "application/json")
            .header("authorization", &self.authorization)
            .body(body.into())
            .unwrap();
        self.transport.send(request).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let response = self
            .call(Method::POST, path, body.to_string())
            .await
            .unwrap();
        let status = response.status().as_u16();
        (
            status,
            serde_json::from_slice(response.body()).unwrap_or_default(),
        )
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let response = self.call(Method::GET, path, "").await.unwrap();
        let status = response.status().as_u16();
        (
            status,
            serde_json::from_slice(response.body()).unwrap_or_default(),
        )
    }

    /// Sends a message that has to be taken, and returns its uuid.
    pub(crate) async fn send(&self, path: &str, body: &Value) -> String {
        let (status, answer) = self.post(path, body).await;
        assert_eq!(status, 202, "{answer}");
        answer["message_uuid"].as_str().unwrap().to_owned()
    }
}

/// A webhook as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) authorization: Option<String>,
    pub(crate) raw: Bytes,
    pub(crate) json: Value,
}

#[derive(Default)]
struct Inbox {
    received: Mutex<Vec<Received>>,
    answers: Mutex<VecDeque<u16>>,
    news: Notify,
}

/// Receives webhooks, written with nothing but sockets so that it trusts no HTTP server of the crate under test.
pub(crate) struct Receiver {
    pub(crate) url: String,
    inbox: Arc<Inbox>,
    _server: tokio::task::JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks", listener.local_addr().unwrap());
        let inbox = Arc::new(Inbox::default());
        let server = tokio::spawn({
            let inbox = Arc::clone(&inbox);
            async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(receive(stream, Arc::clone(&inbox)));
                }
            }
        });
        Self {
            url,
            inbox,
            _server: server,
        }
    }

    /// Answers the next webhooks with these, then with 200. One with 0 gets no answer at all.
    pub(crate) fn answer(&self, statuses: impl IntoIterator<Item = u16>) {
        self.inbox.answers.lock().unwrap().extend(statuses);
    }

    pub(crate) fn all(&self) -> Vec<Received> {
        self.inbox.received.lock().unwrap().clone()
    }

    /// Waits until `count` webhooks have come.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Received> {
        let enough = async {
            loop {
                let news = self.inbox.news.notified();
                tokio::pin!(news);
                news.as_mut().enable();
                let all = self.all();
                if all.len() >= count {
                    return all;
                }
                news.await;
            }
        };
        match tokio::time::timeout(LIMIT, enough).await {
            Ok(all) => all,
            Err(_) => panic!("{count} webhooks expected, came: {:#?}", self.all()),
        }
    }

    /// The `status` of every webhook so far.
    pub(crate) fn statuses(&self) -> Vec<String> {
        let all = self.all();
        let statuses = all.iter().map(|received| received.json["status"].as_str());
        statuses
            .map(|status| status.unwrap_or("-").to_owned())
            .collect()
    }
}

async fn receive(mut stream: TcpStream, inbox: Arc<Inbox>) {
    let mut buffer = Vec::new();
    loop {
        let Some(end) = find(&buffer, b"\r\n\r\n") else {
            if read(&mut stream, &mut buffer).await.is_none() {
                return;
            }
            continue;
        };
        let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_owned())
            })
        };
        let length: usize = header("content-length").unwrap().parse().unwrap();
        while buffer.len() < end + 4 + length {
            if read(&mut stream, &mut buffer).await.is_none() {
                return;
            }
        }
        let raw = Bytes::copy_from_slice(&buffer[end + 4..end + 4 + length]);
        buffer.drain(..end + 4 + length);
        inbox.received.lock().unwrap().push(Received {
            authorization: header("authorization"),
            json: serde_json::from_slice(&raw).unwrap(),
            raw,
        });
        inbox.news.notify_waiters();
        let status = inbox.answers.lock().unwrap().pop_front().unwrap_or(200);
        if status == 0 {
            std::future::pending::<()>().await;
        }
        let answer = format!("HTTP/1.1 {status} -\r\ncontent-length: 0\r\n\r\n");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let read = stream.read_buf(buffer).await.ok()?;
    (read > 0).then_some(())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// An emulator whose time is moved by hand, with a receiver for all its webhooks.
pub(crate) async fn stepped() -> (Emulator, Receiver) {
    let receiver = Receiver::start().await;
    let emulator = Emulator::builder()
        .stepped()
        .seed(7)
        .status_url(&receiver.url)
        .inbound_url(&receiver.url)
        .start()
        .await
        .unwrap();
    (emulator, receiver)
}

/// Returns `true` if a webhook is signed correctly.
pub(crate) fn is_signed(received: &Received, credentials: &EmulatorCredentials) -> bool {
    let verifier = Verifier::builder()
        .secrets(credentials.secrets())
        .build()
        .unwrap();
    let Some(authorization) = &received.authorization else {
        return false;
    };
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, authorization.parse().unwrap());
    verifier
        .verify(&headers, received.raw.clone(), SystemTime::now())
        .is_ok()
}

pub(crate) fn sms(to: &str) -> Value {
    serde_json::json!({
        "channel": "sms", "message_type": "text", "from": "447700900001", "to": to, "text": "Your code is 4711"
    })
}

pub(crate) fn v0_1_sms(to: &str) -> Value {
    serde_json::json!({
        "from": { "type": "sms", "number": "447700900001" },
        "to": { "type": "sms", "number": to },
        "message": { "content": { "type": "text", "text": "Your code is 4711" } }
    })
}
