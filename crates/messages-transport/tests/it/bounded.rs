//! Answers that would like to fill the memory. Measured in a process of its own.

#![cfg(target_os = "linux")]

use messages_transport::testing::server::{Answer, FaultServer, Play};

use crate::memory::{MEBIBYTE, resident, run_alone};
use crate::support::{backends, post_to, soon};

#[test]
fn answers_are_bounded_in_memory() {
    run_alone("bounded::in_a_process_of_its_own");
}

#[tokio::test]
#[ignore = "run by the test above"]
async fn in_a_process_of_its_own() {
    // A small bomb: what looks like gzip of a thousand times its size comes back as it is.
    let bomb = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0; 60_000]].concat();
    let plays: [(&str, Play); 7] = [
        ("endless success", Play::Endless(202)),
        ("endless error", Play::Endless(500)),
        (
            "gzip",
            Answer::new(202, bomb)
                .header("content-encoding", "gzip")
                .into(),
        ),
        ("deep JSON", Answer::new(202, "[".repeat(10_000)).into()),
        ("100,000 headers", Play::ManyHeaders(202, 100_000)),
        (
            "256 KiB error",
            Answer::new(500, vec![b'x'; 256 * 1024]).into(),
        ),
        ("1,000 headers", Play::ManyHeaders(202, 1_000)),
    ];
    let mut worst = 0;
    for (backend, transport) in backends() {
        let server = FaultServer::start(|_| Answer::new(202, "{}").into())
            .await
            .unwrap();
        for _ in 0..100 {
            soon(transport.send(post_to(&server, "warm")))
                .await
                .unwrap();
        }
        for (name, play) in plays.clone() {
            let server = FaultServer::start(move |_| play.clone()).await.unwrap();
            // The server's own buffers are warm after the first.
            let _ = soon(transport.send(post_to(&server, "{}"))).await;
            let before = resident();
            let mut longest = 0;
            for _ in 0..30 {
                if let Ok(response) = soon(transport.send(post_to(&server, "{}"))).await {
                    longest = longest.max(response.body().len());
                }
            }
            let grown = resident().saturating_sub(before);
            worst = worst.max(grown);
            assert!(
                longest <= 64 * 1024,
                "{backend}, {name}: {longest} bytes were kept"
            );
            assert!(
                grown <= 8 * MEBIBYTE,
                "{backend}, {name}: {grown} bytes of growth"
            );
        }
    }
    println!(
        "bounded answers: 7 kinds x 4 transports x 30, at most {} KiB of growth, 0 panics",
        worst / 1024
    );
}
