//! A server with prepared responses, and a client with prepared requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Responds to every POST, PATCH and PUT with the status and body from `answer`, which gets the number of earlier
/// requests.
pub(crate) fn serve<F>(answer: F) -> String
where
    F: Fn(usize) -> (u16, String) + Send + Sync + 'static,
{
    serve_bodies(move |before, _| answer(before))
}

/// As [`serve`], with the body of the request as well.
pub(crate) fn serve_bodies<F>(answer: F) -> String
where
    F: Fn(usize, &str) -> (u16, String) + Send + Sync + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (answer, count) = (Arc::new(answer), Arc::new(AtomicUsize::new(0)));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (answer, count) = (Arc::clone(&answer), Arc::clone(&count));
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                while let Some((_, body)) = read_message(&mut reader) {
                    let (status, body) = answer(count.fetch_add(1, Ordering::SeqCst), &body);
                    let length = body.len();
                    let text = format!(
                        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
                    );
                    if reader.get_mut().write_all(text.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

/// The first line and the body of what comes next; none at the end.
fn read_message(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first, String::from_utf8_lossy(&body).into_owned()))
}

/// A connection to a server on loopback.
pub(crate) struct Client {
    reader: BufReader<TcpStream>,
    host: String,
}

impl Client {
    pub(crate) fn connect(url: &str) -> Self {
        let host = url.strip_prefix("http://").unwrap().to_owned();
        let stream = TcpStream::connect(&host).unwrap();
        Self {
            reader: BufReader::new(stream),
            host,
        }
    }

    /// Sends a request and returns the status line of the response, or nothing if the server closes the connection.
    pub(crate) fn ask(&mut self, method: &str, path: &[u8], body: &str) -> Option<String> {
        self.ask_with(method, path, "", body)
    }

    /// The same with further header lines, each with its line end.
    pub(crate) fn ask_with(
        &mut self,
        method: &str,
        path: &[u8],
        lines: &str,
        body: &str,
    ) -> Option<String> {
        let (host, length) = (&self.host, body.len());
        let head = format!(
            " HTTP/1.1\r\nhost: {host}\r\n{lines}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let request = [method.as_bytes(), b" ", path, head.as_bytes()].concat();
        self.reader.get_mut().write_all(&request).ok()?;
        read_message(&mut self.reader).map(|(first, _)| first)
    }
}
