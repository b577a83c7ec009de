//! The server and the contenders of the benchmarks.

use std::future::Future;
use std::io::{BufRead, BufReader, Write};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as RawClient;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::{ApplicationId, Basic, Credentials, PrivateKey, RsaSigner};
use messages_sdk::types::v1::Sms;
use messages_sdk::{Client, ClientBuilder, Endpoint};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What the SDK makes of [`message`], with a reference as long as a minted one.
pub const BODY: &[u8] = br#"{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"Your table is free at 8","client_ref":"01890a5d-ac96-774b-bcce-b302099a8057"}"#;

/// One call; it panics unless the message was taken.
pub type Call = Pin<Box<dyn Future<Output = ()> + Send>>;
/// Somebody who sends messages.
pub type Contender = Arc<dyn Fn() -> Call + Send + Sync>;

/// The message that the SDK sends, made anew for every call.
fn message() -> Sms {
    Sms::text("447700900001", "447700900000", "Your table is free at 8").unwrap()
}

/// hyper's own client with a body that is there already: what nobody can be faster than.
pub fn raw_hyper(base: &str) -> Contender {
    let client: RawClient<_, Full<Bytes>> = RawClient::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build_http();
    let uri: Uri = format!("{base}/v1/messages").parse().unwrap();
    Arc::new(move || {
        let (client, uri) = (client.clone(), uri.clone());
        Box::pin(async move {
            let request = Request::post(uri)
                .header("content-type", "application/json")
                .header("accept", "application/json")
                .header("user-agent", "raw")
                .header("authorization", "Basic YTFiMmMzZDQ6c2VjcmV0")
                .body(Full::new(Bytes::from_static(BODY)))
                .unwrap();
            let response = client.request(request).await.unwrap();
            assert_eq!(response.status(), 202);
            response.into_body().collect().await.unwrap().to_bytes();
        })
    })
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

/// A typed message in, a typed acceptance out.
pub fn typed(client: Client) -> Contender {
    Arc::new(move || {
        let client = client.clone();
        Box::pin(async move {
            let accepted = client.send(message()).await.unwrap();
            assert_eq!(accepted.message_uuid.len(), 36);
        })
    })
}

pub fn basic() -> Credentials {
    Basic::new("a1b2c3d4", "secret").unwrap().into()
}

pub fn jwt() -> Credentials {
    let key = PrivateKey::generate().unwrap();
    TokenSource::new(ApplicationId::random(), RsaSigner::new(key)).into()
}

/// The server, in a process of its own, so that CPU time and allocations are the client's alone.
pub struct Server {
    child: Child,
    pub base: String,
}

impl Server {
    /// Starts this program again with the argument `serve`.
    pub fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        let base = format!("http://{}", address.trim());
        Self { child, base }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers every request with a 202, until the process is killed.
pub async fn serve() {
    const ANSWER: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 55\r\n\r\n{\"message_uuid\":\"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab\"}";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    std::io::stdout().flush().unwrap();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(async move {
            let mut buffer = vec![0; 8192];
            let mut length = 0;
            loop {
                match stream.read(&mut buffer[length..]).await {
                    Ok(0) | Err(_) => return,
                    Ok(read) => length += read,
                }
                if is_complete(&buffer[..length]) {
                    length = 0;
                    if stream.write_all(ANSWER).await.is_err() {
                        return;
                    }
                }
            }
        });
    }
}

/// Whether the bytes end with the body of a request. Nobody here sends the next one before the answer.
fn is_complete(bytes: &[u8]) -> bool {
    bytes.ends_with(b"}")
}

/// The runtime of client and server alike.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}
