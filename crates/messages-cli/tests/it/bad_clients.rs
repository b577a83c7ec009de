//! Clients that hold places of `listen` and `emulator` without getting anything done.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::listen::Listener;
use crate::shell::{Emulator, Shell};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Bad {
    NoHead,
    HalfHead,
    HalfBody,
    NeverReading,
}

const ALL: [Bad; 4] = [Bad::NoHead, Bad::HalfHead, Bad::HalfBody, Bad::NeverReading];

/// A path that accepts a body, a request that is served, and its status.
struct Target {
    name: &'static str,
    address: SocketAddr,
    process: u32,
    path: &'static str,
}

impl Target {
    fn sent(&self, bad: Bad) -> Vec<u8> {
        let host = self.address;
        let path = self.path;
        let head = format!(
            "PUT {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n"
        );
        match bad {
            Bad::NoHead => Vec::new(),
            Bad::HalfHead => head.into_bytes(),
            Bad::HalfBody => [head.as_bytes(), b"\r\n", &[b' '; 50_000]].concat(),
            Bad::NeverReading => self.honest().repeat(10_000),
        }
    }

    fn honest(&self) -> Vec<u8> {
        let (host, path) = (self.address, self.path);
        let head = format!("PUT {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json");
        format!("{head}\r\ncontent-length: 2\r\n\r\n{{}}").into_bytes()
    }

    /// Duration of a request, connecting included.
    async fn ask(&self) -> Duration {
        let began = Instant::now();
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(&self.honest()).await.unwrap();
        let mut start = [0; 9];
        stream.read_exact(&mut start).await.unwrap();
        assert_eq!(start, *b"HTTP/1.1 ");
        began.elapsed()
    }

    /// The resident memory of the server, in KiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process)).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS"));
        let number = line.unwrap().split_whitespace().nth(1).unwrap();
        number.parse().unwrap()
    }

    async fn misbehave(&self, bad: Bad, count: usize, honest: usize) {
        let before = self.memory();
        let mut clients = JoinSet::new();
        for client in 0..count {
            if client % 50 == 49 {
                // The system's queue of connections is short, and what it drops never reaches the server.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let (address, sent) = (self.address, self.sent(bad));
            clients.spawn(async move {
                let began = Instant::now();
                let mut stream = TcpStream::connect(address).await.unwrap();
                let _ = stream.write_all(&sent).await;
                until_cut(&stream, bad).await;
                began.elapsed()
            });
        }
        let mut times = Vec::new();
        let mut most = 0;
        for _ in 0..honest {
            times.push(self.ask().await);
            most = most.max(self.memory().saturating_sub(before));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        times.sort_unstable();
        let p99 = times[(times.len() * 99).div_ceil(100) - 1];
        let mut longest = Duration::ZERO;
        while let Some(cut) = clients.join_next().await {
            longest = longest.max(cut.unwrap());
        }
        most = most.max(self.memory().saturating_sub(before));
        println!(
            "{} {bad:?}: {count} clients, the last cut after {:.1} s; honest p99 {p99:.1?}; {} KiB more",
            self.name,
            longest.as_secs_f32(),
            most
        );
        assert!(longest < Duration::from_secs(10), "{bad:?}: {longest:?}");
        assert!(most < 64 * 1024, "{bad:?}: {most} KiB");
        // Few clients run beside other tests, and show only that none is starved.
        let limit = Duration::from_millis(if count > 100 { 100 } else { 3_000 });
        assert!(p99 < limit, "{bad:?}: {p99:?}");
    }
}

/// Waits for the end of a connection on which nothing is read, for 20 s at most.
async fn until_cut(stream: &TcpStream, bad: Bad) {
    for _ in 0..1_000 {
        let mut first = [0];
        let peeked = tokio::time::timeout(Duration::from_millis(10), stream.peek(&mut first)).await;
        if let Ok(Ok(0) | Err(_)) = peeked {
            return;
        }
        // A response to a half-sent body is an end too; one that is never read is followed by a reset, which shows in writing.
        match bad {
            Bad::NeverReading => match stream.try_write(b"x") {
                Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return,
                _ => {}
            },
            _ if matches!(peeked, Ok(Ok(_))) => return,
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn run(count: usize, honest: usize) {
    let listener = Listener::start(&Shell::new(), &["--unverified"]);
    let emulator = Emulator::start();
    let address = |url: &str| url.strip_prefix("http://").unwrap().parse().unwrap();
    let targets = [
        Target {
            name: "listen",
            address: address(&listener.url),
            process: listener.process(),
            path: "/",
        },
        Target {
            name: "emulator",
            address: address(emulator.member("url")),
            process: emulator.process(),
            path: "/emulator/v1/webhooks",
        },
    ];
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for target in &targets {
        if count > 100 {
            for bad in ALL {
                runtime.block_on(target.misbehave(bad, count, honest));
            }
        } else {
            runtime.block_on(async {
                let all = ALL.map(|bad| target.misbehave(bad, count, honest));
                let [first, second, third, fourth] = all;
                tokio::join!(first, second, third, fourth);
            });
        }
    }
}

#[test]
fn bad_clients_are_cut_and_delay_no_honest_one() {
    run(20, 20);
}

#[test]
#[ignore = "takes two minutes and 1,200 file descriptors (ulimit -n)"]
fn eleven_hundred_bad_clients_are_cut_and_delay_no_honest_one() {
    run(1_100, 300);
}

#[test]
fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let listener = Listener::start(&Shell::new(), &["--unverified"]);
    let emulator = Emulator::start();
    for (url, path) in [
        (&*listener.url, "/"),
        (emulator.member("url"), "/emulator/v1/inbound"),
        (emulator.member("url"), "/v1/messages"),
    ] {
        use std::io::{Read as _, Write as _};

        const AUTHORIZATION: &str = "ZW11bGF0b3I6ZW11bGF0b3Itc2VjcmV0";
        const TYPE: &str = "content-type: application/json";

        let address = url.strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(3)))
            .unwrap();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Basic {AUTHORIZATION}\r\n{TYPE}\r\ncontent-length: 5000000\r\n\r\n"
        )
        .unwrap();
        let mut start = [0; 12];
        stream
            .read_exact(&mut start)
            .expect("a response before a byte of the body");
        assert_eq!(start, *b"HTTP/1.1 413", "{path}");
    }
}
