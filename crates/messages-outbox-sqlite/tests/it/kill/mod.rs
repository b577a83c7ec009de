//! Processes that die at any moment, with the emulator as the truth about what was accepted.

mod child;
mod doomed;
mod journey;
mod scene;

use std::ops::Range;
use std::time::Duration;

use messages_outbox::{Intent, OutboxStore};

use crate::support::{Folder, intent};
use child::Task;
use doomed::{Flaw, Point};
use scene::{Outcome, Scene};

/// The input: the same keys and messages in every process.
pub(crate) fn intents(numbers: Range<usize>) -> Vec<Intent> {
    numbers.map(|n| intent(format!("key-{n}"))).collect()
}

/// Kills worker processes one after the other, up to four at once, and settles what is left.
async fn kills(count: u32, seed: u64, flaw: Option<Flaw>) -> Outcome {
    let scene = Scene::start(seed).await;
    scene.enqueue(400).await;
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..count {
        while workers.len() > (number as usize / 10) % 4 {
            workers.join_next().await.unwrap().unwrap();
        }
        scene.refill().await;
        // A third at random instants, the others at each point in turn.
        let point = (number % 3 > 0).then(|| {
            let nth = rng.usize(0..Point::ALL.len());
            (Point::ALL[nth], rng.u32(0..6))
        });
        let worker = scene.work(point, flaw, 0);
        let life = match point {
            Some(_) => Duration::from_millis(1_500),
            None => Duration::from_millis(rng.u64(20..350)),
        };
        workers.spawn(worker.die_within(life));
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
    scene.settle(count).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_by_200_kills() {
    let outcome = kills(200, 1, None).await;
    outcome.report("kill -9");
    outcome.assert();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes half an hour: cargo xtask long-runs"]
async fn nothing_is_lost_or_doubled_by_10_000_kills() {
    let mut total = Outcome::default();
    for seed in 0..50 {
        let outcome = kills(200, 1_000 + seed, None).await;
        outcome.assert();
        total.add(&outcome);
    }
    total.report("kill -9");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn send_then_mark_is_caught() {
    let outcome = kills(30, 2, Some(Flaw::SendThenMark)).await;
    outcome.report("kill -9, send-then-mark planted");
    assert!(outcome.doubled > 0, "the planted bug was not caught");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_send_that_is_queued_again_is_caught() {
    let outcome = kills(40, 3, Some(Flaw::Requeue)).await;
    outcome.report("kill -9, requeue of sending rows planted");
    assert!(outcome.doubled > 0, "the planted bug was not caught");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_enqueue_that_is_killed_is_repeated_without_harm() {
    const ROWS: usize = 600;
    let folder = Folder::new();
    for life in 0..12 {
        let child = child::start(folder.file(), Task::Enqueue(ROWS));
        scene::Worker::new(child)
            .die_within(Duration::from_millis(20 + life * 12))
            .await;
    }
    let mut last = child::start(folder.file(), Task::Enqueue(ROWS));
    let ended = tokio::task::spawn_blocking(move || last.wait())
        .await
        .unwrap();
    assert!(ended.unwrap().success());
    let store = folder.open().await;
    assert_eq!(store.status().await.unwrap().total(), ROWS as u64);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_worker_doubles_nothing() {
    let scene = Scene::start(4).await;
    scene.enqueue(300).await;
    let mut stopped = Vec::new();
    for round in 0..6 {
        let worker = scene.work(None, None, 0);
        tokio::time::sleep(Duration::from_millis(150 + round * 31)).await;
        worker.stop().await;
        // One that is stopped within a commit holds the lock of the file: the others wait, and nothing happens.
        while scene.is_locked() {
            worker.signal("CONT").await;
            tokio::time::sleep(Duration::from_millis(7)).await;
            worker.stop().await;
        }
        stopped.push(worker);
        // By this clock its leases are over: claimed rows are queued again, sending ones in doubt.
        scene.reap_ahead().await;
    }
    let other = scene.work(None, None, 0);
    tokio::time::sleep(Duration::from_millis(500)).await;
    for worker in &stopped {
        worker.signal("CONT").await;
    }
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    for worker in stopped.into_iter().chain([other]) {
        worker.die_within(Duration::ZERO).await;
    }
    let outcome = scene.settle(7).await;
    outcome.report("SIGSTOP beyond the lease");
    outcome.assert();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_an_hour_apart_double_nothing() {
    let scene = Scene::start(5).await;
    scene.enqueue(400).await;
    let mut rng = fastrand::Rng::with_seed(5);
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..24 {
        while workers.len() >= 3 {
            workers.join_next().await.unwrap().unwrap();
        }
        scene.refill().await;
        let ahead = [0, 3_600, -3_600][number % 3];
        let worker = scene.work(None, None, ahead);
        workers.spawn(worker.die_within(Duration::from_millis(rng.u64(200..600))));
    }
    while workers.join_next().await.is_some() {}
    let outcome = scene.settle(24).await;
    outcome.report("clocks an hour apart");
    outcome.assert();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_a_file_and_its_counts_always_add_up() {
    const ROWS: usize = 600;
    let scene = Scene::start(6).await;
    scene.enqueue(ROWS).await;
    let workers = [scene.work(None, None, 0), scene.work(None, None, 0)];
    let reads = scene
        .watch_until_sent(ROWS as u64, Duration::from_secs(40))
        .await;
    for worker in workers {
        worker.die_within(Duration::ZERO).await;
    }
    let outcome = scene.settle(2).await;
    println!("two processes: {ROWS} rows, {reads} readings of counts that add up");
    outcome.assert();
    assert!(reads > 50, "{reads}");
}
