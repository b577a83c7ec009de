//! An HTTP server that accepts every message at once, and counts them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Api {
    url: String,
    accepted: Arc<AtomicU64>,
}

impl Api {
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let accepted = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&accepted);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that is gone ends its connection.
                tokio::spawn(serve(stream, Arc::clone(&count)));
            }
        });
        Ok(Self { url, accepted })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Number of messages accepted.
    #[allow(dead_code, reason = "`compare` asks")]
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }
}

async fn serve(mut stream: TcpStream, accepted: Arc<AtomicU64>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(4_096);
    loop {
        let Some(length) = request(&buffer) else {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
            continue;
        };
        buffer.drain(..length);
        let number = accepted.fetch_add(1, Ordering::Relaxed);
        let body = format!("{{\"message_uuid\":\"aaaaaaaa-bbbb-4ccc-8ddd-{number:012x}\"}}");
        let head = "HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length:";
        let response = format!("{head} {}\r\n\r\n{body}", body.len());
        stream.write_all(response.as_bytes()).await?;
    }
}

/// Length of the request at the beginning of the buffer, once it is complete.
fn request(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head])
        .ok()?
        .to_ascii_lowercase();
    let field = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let length = head + field.map_or(Some(0), |length| length.trim().parse().ok())?;
    (buffer.len() >= length).then_some(length)
}
