//! The way out of this machine, which no test's page may take.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Hosts that the browser asks for on its own, whatever it shows.
const OF_THE_BROWSER: [&str; 5] = [
    "duckduckgo.com",
    "google.com",
    "googleapis.com",
    "gstatic.com",
    "gvt1.com",
];

/// A proxy for every host but this machine. It lets nothing through and lists what was asked for.
#[derive(Clone)]
pub(crate) struct Outside {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Outside {
    pub(crate) fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let outside = Self {
            port: listener.local_addr().unwrap().port(),
            asked: Arc::default(),
        };
        let asked = Arc::clone(&outside.asked);
        // It ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let asked = Arc::clone(&asked);
                std::thread::spawn(move || refuse(stream, &asked));
            }
        });
        outside
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The requests so far, as `GET http://host/path` or `CONNECT host:443`; the list is empty then.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn refuse(mut stream: TcpStream, asked: &Mutex<Vec<String>>) {
    let mut line = String::new();
    let _ = BufReader::new(&stream).read_line(&mut line);
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let host = target.trim_start_matches("http://");
    let host = host.split([':', '/']).next().unwrap_or("");
    let is_of_browser = OF_THE_BROWSER.iter().any(|own| host.ends_with(own));
    // A connection without a request may be the browser's second way to a host of its own. That mails open none in advance
    // is a test of `content.rs`.
    if !is_of_browser && !method.is_empty() {
        asked.lock().unwrap().push(format!("{method} {target}"));
    }
    let _ = stream
        .write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}
