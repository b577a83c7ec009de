//! A server that closes its idle connections at the moment they might be used again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use messages_transport::backend::hyper::HyperTransport;
use messages_transport::backend::reqwest::ReqwestTransport;
use messages_transport::layer::timeout::Timeout;
use messages_transport::testing::server::{Answer, FaultServer};
use messages_transport::{Delivery, TokioTimer, Transport, TransportErrorKind};

use crate::support::{HEAVY, in_parallel, post_to};

/// Bounds each attempt, as every client of the SDK does. With reqwest it is needed: the pool of
/// hyper-util can strand a request that is queued at the very moment its connection closes, and then
/// nothing ever comes of it. Long enough for the busiest machine.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
struct Counts {
    accepted: AtomicUsize,
    not_sent: AtomicUsize,
    not_sent_but_taken: AtomicUsize,
    in_doubt: AtomicUsize,
    stranded: AtomicUsize,
    doubled: AtomicUsize,
}

async fn run(transport: impl Transport, calls: usize) -> Arc<Counts> {
    let transport = Arc::new(Timeout::new(transport, ATTEMPT_LIMIT, TokioTimer));
    let server = FaultServer::start(|n| {
        let jitter = Duration::from_micros((n as u64).wrapping_mul(7919) % 2000);
        Answer::new(202, "{}").close_after(jitter).into()
    });
    let server = Arc::new(server.await.unwrap());
    let counts = Arc::new(Counts::default());
    let shared = Arc::clone(&counts);
    in_parallel(calls, 32, move |n| {
        let (transport, server, counts) = (
            Arc::clone(&transport),
            Arc::clone(&server),
            Arc::clone(&shared),
        );
        async move {
            let body = n.to_string();
            let result = transport.send(post_to(&server, body.clone())).await;
            // Let the connection lie idle for about as long as the server keeps it.
            tokio::time::sleep(Duration::from_micros(n as u64 % 1500)).await;
            let taken = server.times_taken(body.as_bytes());
            counts
                .doubled
                .fetch_add(usize::from(taken > 1), Ordering::Relaxed);
            let counter = match result {
                Ok(_) => &counts.accepted,
                Err(error) if error.delivery() == Delivery::NotSent => {
                    counts
                        .not_sent_but_taken
                        .fetch_add(taken as usize, Ordering::Relaxed);
                    &counts.not_sent
                }
                Err(error) => {
                    let stranded = error.kind() == TransportErrorKind::Timeout;
                    counts
                        .stranded
                        .fetch_add(usize::from(stranded), Ordering::Relaxed);
                    &counts.in_doubt
                }
            };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    })
    .await;
    counts
}

async fn run_all(calls: usize) {
    let _alone = HEAVY.lock().await;
    let hyper = || HyperTransport::builder();
    let reqwest = || ReqwestTransport::builder();
    let runs: [(&str, bool, Arc<dyn Transport>); 4] = [
        ("hyper, pooled", false, Arc::new(hyper().build().unwrap())),
        (
            "reqwest, pooled",
            false,
            Arc::new(reqwest().build().unwrap()),
        ),
        (
            "hyper, fresh",
            true,
            Arc::new(hyper().max_idle_per_host(0).build().unwrap()),
        ),
        (
            "reqwest, fresh",
            true,
            Arc::new(reqwest().max_idle_per_host(0).build().unwrap()),
        ),
    ];
    for (name, fresh, transport) in runs {
        let counts = run(transport, calls).await;
        println!("stale pool, {calls} calls, {name}: {counts:?}");
        assert_eq!(counts.doubled.load(Ordering::Relaxed), 0);
        assert_eq!(counts.not_sent_but_taken.load(Ordering::Relaxed), 0);
        if name.starts_with("hyper") {
            assert_eq!(counts.stranded.load(Ordering::Relaxed), 0, "{name}");
        }
        if fresh {
            assert_eq!(
                counts.in_doubt.load(Ordering::Relaxed),
                0,
                "a fresh connection is never stale"
            );
        } else {
            assert!(
                counts.in_doubt.load(Ordering::Relaxed) > 0,
                "the server was too slow to do harm"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_connection_never_doubles() {
    run_all(1_500).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "100,000 calls for each of four transports: run it with --release"]
async fn a_stale_connection_never_doubles_in_100_000_calls() {
    run_all(100_000).await;
}
