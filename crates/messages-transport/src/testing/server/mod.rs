//! A raw TCP server that misbehaves on purpose, and keeps the ground truth.

mod http1;
mod http2;
mod ledger;
mod play;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use ledger::Ledger;

pub use ledger::SeenRequest;
pub use play::{Act, Answer, Moment, Play};

/// The body of the answers that break off.
const BODY: &str = "{\"message_uuid\":\"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab\"}";

type Script = dyn Fn(usize) -> Play + Send + Sync;

/// A server on loopback that follows a script, request by request.
///
/// It speaks just enough HTTP/1.1 and HTTP/2 (without TLS; it tells them apart by the first bytes)
/// to break an exchange at any point. What it counts as taken is what it has read in full.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use messages_transport::testing::server::{Act, Answer, FaultServer, Moment, Play};
///
/// // Takes the first request and says nothing; then behaves.
/// let server = FaultServer::start(|request| match request {
///     0 => Play::Break(Moment::Taken, Act::Close),
///     _ => Answer::new(202, "{}").into(),
/// })
/// .await?;
/// assert!(server.uri("/v1/messages").to_string().starts_with("http://127.0.0.1:"));
/// assert_eq!(server.taken(), 0);
/// # Ok(())
/// # }
/// ```
pub struct FaultServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    script: Box<Script>,
    ledger: Ledger,
}

impl FaultServer {
    /// Listens on a free port of loopback. The script is asked for every request, by its number
    /// from 0.
    ///
    /// # Errors
    ///
    /// If no port can be had.
    pub async fn start(script: impl Fn(usize) -> Play + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            script: Box::new(script),
            ledger: Ledger::default(),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            accepting,
        })
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An absolute URI of this server. An invalid path becomes `/`.
    #[must_use]
    pub fn uri(&self, path: &str) -> http::Uri {
        http::Uri::builder()
            .scheme("http")
            .authority(self.address.to_string())
            .path_and_query(path)
            .build()
            .unwrap_or_default()
    }

    /// Number of requests that arrived, in part or in full.
    #[must_use]
    pub fn started(&self) -> usize {
        self.shared.ledger.started()
    }

    /// Number of requests that were read in full.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.shared.ledger.taken()
    }

    /// Number of requests with this body that were read in full.
    #[must_use]
    pub fn times_taken(&self, body: &[u8]) -> u32 {
        self.shared.ledger.times_taken(body)
    }

    /// The request that was read in full last.
    #[must_use]
    pub fn latest(&self) -> Option<SeenRequest> {
        self.shared.ledger.latest()
    }

    /// Number of connections so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.ledger.connections()
    }

    /// Number of open connections.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.shared.ledger.open()
    }

    /// Number of HTTP/2 streams that the client reset.
    #[must_use]
    pub fn resets(&self) -> usize {
        self.shared.ledger.resets()
    }
}

impl fmt::Debug for FaultServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultServer")
            .field("address", &self.address)
            .field("ledger", &self.shared.ledger)
            .finish_non_exhaustive()
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    fn next_play(&self) -> Play {
        (self.script)(self.ledger.start())
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, which ends the connections too.
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let shared = Arc::clone(&shared);
                connections.spawn(async move {
                    let _open = shared.ledger.connect();
                    // A broken connection is what this server is for.
                    let _ = serve(stream, &shared).await;
                });
            }
            // Such as too many open files: others will close.
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    const PREFACE: &[u8] = b"PRI";
    stream.set_nodelay(true)?;
    let mut start = [0; PREFACE.len()];
    let mut seen = 0;
    while seen < PREFACE.len() {
        let now_seen = stream.peek(&mut start).await?;
        if now_seen == 0 {
            return Ok(());
        }
        if now_seen == seen {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        seen = now_seen;
    }
    if start == *PREFACE {
        http2::serve(stream, shared).await
    } else {
        http1::serve(stream, shared).await
    }
}

/// Ends the connection in this way.
async fn act(mut stream: TcpStream, act: Act) -> io::Result<()> {
    match act {
        Act::Close => Ok(()),
        Act::Reset => stream.set_zero_linger(),
        Act::Stall => wait_for_close(&mut stream).await,
    }
}

/// Does nothing until the client closes the connection.
async fn wait_for_close(stream: &mut TcpStream) -> io::Result<()> {
    let mut ignored = [0; 4096];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}
