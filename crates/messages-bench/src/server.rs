//! The server, in a process of its own, so that CPU time and allocations are the client's alone.

use std::convert::Infallible;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const ANSWER: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 55\r\n\r\n{\"message_uuid\":\"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab\"}";

/// Answers every message with a 202, until the process is killed. The first line that it prints is its address.
///
/// # Errors
///
/// When it cannot listen on loopback, or the address cannot be written.
pub async fn serve() -> io::Result<Infallible> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", listener.local_addr()?)?;
    stdout.flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(answer(stream));
    }
}

/// It ends when the client closes, or sends more than a message can be.
async fn answer(mut stream: TcpStream) {
    let mut buffer = vec![0; 8192];
    let mut length = 0;
    while let Ok(read @ 1..) = stream.read(&mut buffer[length..]).await {
        length += read;
        if is_complete(&buffer[..length]) {
            length = 0;
            if stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
    }
}

/// True if the bytes end with the body of a message. It looks at no more than that, so that the server's share of the
/// machine is small; and clients wait for the response before they send the next message on the same connection.
fn is_complete(bytes: &[u8]) -> bool {
    bytes.ends_with(b"}")
}

/// A running server. It is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    base: String,
}

impl Server {
    /// Starts this program again with the argument `serve`, with which it has to [`serve`].
    ///
    /// # Errors
    ///
    /// When it cannot be started, or prints no address.
    pub fn start() -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut server = Self {
            child,
            base: String::new(),
        };
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address)?;
        server.base = format!("http://{}", address.trim());
        Ok(server)
    }

    /// Its address, such as `http://127.0.0.1:8080`.
    pub fn base(&self) -> &str {
        &self.base
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
