//! Requests a second, and CPU time a request, of our transports and of the clients beneath them.
//!
//! `cargo bench -p messages-transport --bench throughput`.
//!
//! Where the time goes is better seen in instructions, which no noise changes: the binary takes
//! `run <contender> <requests>` (contenders by number, in the order in which they are measured), for
//! `valgrind --tool=callgrind`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use messages_bench::{
    BASIC, BODY, Contender, Failure, Sample, Server, raw_hyper, raw_reqwest, request, round, row,
    runtime, serve, turns,
};
use messages_transport::backend::hyper::HyperTransport;
use messages_transport::backend::reqwest::ReqwestTransport;
use messages_transport::layer::rate_limit::{RateLimit, RateLimitPolicy};
use messages_transport::layer::retry::{Retry, RetryPolicy};
use messages_transport::layer::timeout::{DEFAULT_LIMIT, Timeout};
use messages_transport::layer::trace::Traced;
use messages_transport::{TokioTimer, Transport};

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(600);
const CONCURRENCY: [usize; 4] = [1, 16, 64, 256];

/// By number, what each of the [`contenders`] is measured against.
const BASELINE: [usize; 5] = [0, 0, 2, 2, 2];

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve"] => {
            runtime()?.block_on(serve())?;
        }
        ["run", contender, requests] => {
            runtime()?.block_on(run(contender.parse()?, requests.parse()?))?;
        }
        _ if arguments.contains(&"--bench") => runtime()?.block_on(measure())?,
        _ => {}
    }
    Ok(())
}

async fn run(contender: usize, requests: usize) -> Result<(), Failure> {
    let server = Server::start()?;
    let (_, contender) = &contenders(server.base())?[contender];
    for _ in 0..requests {
        contender().await?;
    }
    Ok(())
}

async fn measure() -> Result<(), Failure> {
    let server = Server::start()?;
    let contenders = contenders(server.base())?;
    println!("medians of {ROUNDS} rounds of {ROUND:?}; the ratios are to the raw client above");
    for concurrency in CONCURRENCY {
        for (_, contender) in &contenders {
            round(contender, concurrency, ROUND / 5).await?;
        }
        let mut samples: [Vec<Sample>; 5] = Default::default();
        for turn in turns(contenders.len(), ROUNDS) {
            samples[turn].push(round(&contenders[turn].1, concurrency, ROUND).await?);
        }
        for (turn, (name, _)) in contenders.iter().enumerate() {
            let row = row(&samples[turn], &samples[BASELINE[turn]]);
            println!("{concurrency:>4} at a time  {name:<24} {row}");
        }
    }
    Ok(())
}

/// Each after what it is measured against.
fn contenders(base: &str) -> Result<[(&'static str, Contender); 5], Failure> {
    let hyper = || HyperTransport::builder().max_idle_per_host(usize::MAX);
    let reqwest = || ReqwestTransport::builder().max_idle_per_host(usize::MAX);
    let uri: Uri = format!("{base}/v1/messages").parse()?;
    Ok([
        ("raw hyper", raw_hyper(base, BASIC)?),
        (
            "hyper, all decorators",
            ours(decorated(hyper().build()?), &uri),
        ),
        ("raw reqwest", raw_reqwest(base, BASIC)?),
        ("reqwest", ours(reqwest().build()?, &uri)),
        (
            "reqwest, all decorators",
            ours(decorated(reqwest().build()?), &uri),
        ),
    ])
}

fn ours(transport: impl Transport, uri: &Uri) -> Contender {
    let transport = Arc::new(transport);
    let uri = uri.clone();
    Arc::new(move || {
        let (transport, uri) = (Arc::clone(&transport), uri.clone());
        Box::pin(async move {
            let request = request(&uri, &BASIC, Bytes::from_static(BODY))?;
            let response = transport.send(request).await?;
            assert_eq!(response.status(), 202);
            Ok(())
        })
    })
}

fn decorated(backend: impl Transport) -> impl Transport {
    let attempt = Timeout::new(Traced::new(backend), DEFAULT_LIMIT, TokioTimer);
    let limited = RateLimit::new(attempt, RateLimitPolicy::default(), TokioTimer);
    Retry::new(limited, RetryPolicy::default(), TokioTimer)
}
