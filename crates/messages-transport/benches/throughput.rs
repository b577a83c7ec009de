//! Requests a second, and CPU time a request, of our transports and of the clients beneath them.
//!
//! `cargo bench -p messages-transport --bench throughput`. The server is a process of its own, so
//! that the CPU time is the client's alone. The contenders take turns in short rounds, so that a
//! noisy machine is as noisy for all of them, and the ratios are medians over the rounds.
//!
//! Where the time goes is better seen in instructions, which no noise changes: the binary takes
//! `run <contender> <requests>` (contenders by number, in the order in which they are measured), for
//! `valgrind --tool=callgrind`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use std::future::Future;
use std::io::{BufRead, BufReader, Write};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer as HyperTimer};
use messages_transport::backend::hyper::HyperTransport;
use messages_transport::backend::reqwest::ReqwestTransport;
use messages_transport::layer::rate_limit::{RateLimit, RateLimitPolicy};
use messages_transport::layer::retry::{Retry, RetryPolicy};
use messages_transport::layer::timeout::{DEFAULT_LIMIT, Timeout};
use messages_transport::layer::trace::Traced;
use messages_transport::{TokioTimer, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(600);
const CONCURRENCY: [usize; 4] = [1, 16, 64, 256];
const BODY: &[u8] =
    br#"{"channel":"sms","message_type":"text","to":"447700900000","from":"Acme","text":"Hello"}"#;

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    if arguments.iter().any(|argument| argument == "serve") {
        runtime.block_on(serve());
    } else if arguments.iter().any(|argument| argument == "--bench") {
        runtime.block_on(measure());
    } else if let [_, run, contender, requests] = &arguments[..]
        && run == "run"
    {
        let (_server, uri) = start_server();
        let contender = contenders().swap_remove(contender.parse().unwrap()).1;
        runtime.block_on(async {
            for _ in 0..requests.parse::<usize>().unwrap() {
                assert_eq!(contender(request(&uri)).await, 202);
            }
        });
    }
}

/// Answers whatever comes in one piece with a 202.
async fn serve() {
    const ANSWER: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 55\r\n\r\n{\"message_uuid\":\"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab\"}";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    std::io::stdout().flush().unwrap();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(async move {
            let mut buffer = vec![0; 4096];
            let mut length = 0;
            loop {
                match stream.read(&mut buffer[length..]).await {
                    Ok(0) | Err(_) => return,
                    Ok(read) => length += read,
                }
                if buffer[..length].ends_with(BODY) {
                    length = 0;
                    if stream.write_all(ANSWER).await.is_err() {
                        return;
                    }
                }
            }
        });
    }
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

type Send = Pin<Box<dyn Future<Output = u16> + std::marker::Send>>;
type Contender = Arc<dyn Fn(Request<Bytes>) -> Send + Sync + std::marker::Send>;

fn raw_hyper() -> Contender {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new())
        .pool_timer(HyperTimer::new())
        .build_http();
    Arc::new(move |request| {
        let client = client.clone();
        Box::pin(async move {
            let response = client.request(request.map(Full::new)).await.unwrap();
            let status = response.status().as_u16();
            response.into_body().collect().await.unwrap().to_bytes();
            status
        })
    })
}

fn raw_reqwest() -> Contender {
    let client = reqwest::Client::new();
    Arc::new(move |request| {
        let client = client.clone();
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).unwrap();
            let response = client.execute(request).await.unwrap();
            let status = response.status().as_u16();
            response.bytes().await.unwrap();
            status
        })
    })
}

fn ours(transport: impl Transport) -> Contender {
    let transport = Arc::new(transport);
    Arc::new(move |request| {
        let transport = Arc::clone(&transport);
        Box::pin(async move { transport.send(request).await.unwrap().status().as_u16() })
    })
}

fn decorated(backend: impl Transport) -> impl Transport {
    let attempt = Timeout::new(Traced::new(backend), DEFAULT_LIMIT, TokioTimer);
    let limited = RateLimit::new(attempt, RateLimitPolicy::default(), TokioTimer);
    Retry::new(limited, RetryPolicy::default(), TokioTimer)
}

#[derive(Clone, Copy)]
struct Sample {
    per_second: f64,
    /// Microseconds a request.
    cpu: f64,
}

async fn round(contender: &Contender, uri: &Uri, concurrency: usize, length: Duration) -> Sample {
    let done = Arc::new(AtomicU64::new(0));
    let cpu_before = cpu_time();
    let began = Instant::now();
    let tasks: Vec<_> = (0..concurrency)
        .map(|_| {
            let (contender, done, uri) = (Arc::clone(contender), Arc::clone(&done), uri.clone());
            tokio::spawn(async move {
                while began.elapsed() < length {
                    assert_eq!(contender(request(&uri)).await, 202);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let done = done.load(Ordering::Relaxed) as f64;
    Sample {
        per_second: done / began.elapsed().as_secs_f64(),
        cpu: (cpu_time() - cpu_before).as_secs_f64() * 1e6 / done,
    }
}

/// User and system time of this process, from the kernel's nanosecond account of each thread.
fn cpu_time() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let nanoseconds = threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .sum();
    Duration::from_nanos(nanoseconds)
}

fn request(uri: &Uri) -> Request<Bytes> {
    Request::post(uri.clone())
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .header(
            "authorization",
            "Bearer 0123456789012345678901234567890123456789",
        )
        .body(Bytes::from_static(BODY))
        .unwrap()
}

fn start_server() -> (Server, Uri) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    let uri = format!("http://{}/v1/messages", address.trim());
    (Server(child), uri.parse().unwrap())
}

/// Each after what it is measured against.
fn contenders() -> Vec<(&'static str, Contender)> {
    let hyper = || {
        HyperTransport::builder()
            .max_idle_per_host(usize::MAX)
            .build()
            .unwrap()
    };
    let reqwest = || {
        ReqwestTransport::builder()
            .max_idle_per_host(usize::MAX)
            .build()
            .unwrap()
    };
    vec![
        ("raw hyper", raw_hyper()),
        ("hyper, all decorators", ours(decorated(hyper()))),
        ("raw reqwest", raw_reqwest()),
        ("reqwest", ours(reqwest())),
        ("reqwest, all decorators", ours(decorated(reqwest()))),
    ]
}

async fn measure() {
    let (_server, uri) = start_server();
    let contenders = contenders();
    let baseline = [0, 0, 2, 2, 2];
    println!("medians of {ROUNDS} rounds of {ROUND:?}; the ratios are to the raw client above");
    for concurrency in CONCURRENCY {
        let mut samples = vec![Vec::new(); contenders.len()];
        for (_, contender) in &contenders {
            round(contender, &uri, concurrency, ROUND / 5).await;
        }
        for number in 0..ROUNDS {
            for step in 0..contenders.len() {
                // No contender always runs after the same one.
                let n = (step + number) % contenders.len();
                samples[n].push(round(&contenders[n].1, &uri, concurrency, ROUND).await);
            }
        }
        for (n, (name, _)) in contenders.iter().enumerate() {
            let base = &samples[baseline[n]];
            let ratio = |value: fn(&Sample) -> f64| {
                median(
                    samples[n]
                        .iter()
                        .zip(base)
                        .map(|(own, base)| value(own) / value(base)),
                )
            };
            println!(
                "{concurrency:>4} at a time  {name:<24} {:>7.0}/s  x{:.3}   {:>6.1} us CPU  x{:.3}",
                median(samples[n].iter().map(|sample| sample.per_second)),
                ratio(|sample| sample.per_second),
                median(samples[n].iter().map(|sample| sample.cpu)),
                ratio(|sample| sample.cpu),
            );
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
