//! Worker processes that die, stop or lose their server, with the judge as the truth about what was accepted.

mod child;
#[path = "../../../../messages-outbox-sqlite/tests/it/kill/doomed.rs"]
mod doomed;
mod judge;
mod scene;

use std::time::Duration;

use messages_outbox::{OutboxStore, State};

use crate::server::{Server, shared};
use doomed::{Flaw, Point};
use scene::{Outcome, Scene};

/// Kills worker processes one after the other, up to four at once, and settles what is left.
async fn kills(server: &Server, count: u32, seed: u64, flaw: Option<Flaw>) -> Outcome {
    let scene = Scene::start(server.database().await).await;
    scene.enqueue(400).await;
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..count {
        while workers.len() > (number as usize / 8) % 4 {
            workers.join_next().await.unwrap().unwrap();
        }
        scene.refill().await;
        // A third at random instants, the others at each point in turn.
        let point = (number % 3 > 0).then(|| {
            let nth = rng.usize(0..Point::ALL.len());
            (Point::ALL[nth], rng.u32(0..6))
        });
        let worker = scene.work(point, flaw);
        let life = match point {
            Some(_) => Duration::from_millis(1_500),
            None => Duration::from_millis(rng.u64(100..600)),
        };
        workers.spawn(worker.die_within(life));
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
    scene.settle(count).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_by_40_kills() {
    let Some(server) = shared() else { return };
    let outcome = kills(server, 40, 1, None).await;
    outcome.report("kill -9");
    outcome.assert();
    outcome.assert_doubts();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn send_then_mark_is_caught() {
    let Some(server) = shared() else { return };
    let outcome = kills(server, 16, 2, Some(Flaw::SendThenMark)).await;
    outcome.report("kill -9, send-then-mark planted");
    assert!(outcome.doubled > 0, "the planted bug was not caught");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_send_that_is_queued_again_is_caught() {
    let Some(server) = shared() else { return };
    let outcome = kills(server, 24, 3, Some(Flaw::Requeue)).await;
    outcome.report("kill -9, requeue of sending rows planted");
    assert!(outcome.doubled > 0, "the planted bug was not caught");
}

/// A stopped process holds no lock for long, and what it does when it goes on changes nothing that was decided meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_processes_lose_and_double_nothing() {
    let Some(server) = shared() else { return };
    let scene = Scene::start(server.database().await).await;
    scene.enqueue(300).await;
    let mut stopped = Vec::new();
    for _ in 0..4 {
        let worker = scene.work(None, None);
        tokio::time::sleep(Duration::from_millis(fastrand::u64(200..500))).await;
        worker.signal("STOP").await;
        stopped.push(worker);
        scene.refill().await;
    }
    let other = scene.work(None, None);
    tokio::time::sleep(Duration::from_secs(2)).await;
    for worker in &stopped {
        worker.signal("CONT").await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop((stopped, other));
    let outcome = scene.settle(5).await;
    outcome.report("SIGSTOP");
    outcome.assert();
}

/// Ends all connections while workers are busy, so many times, and crashes the server every tenth time if that is
/// possible.
async fn disturb(server: &mut Server, times: u32, can_crash: bool) -> Outcome {
    let scene = Scene::start(server.database().await).await;
    scene.enqueue(300).await;
    let mut workers: Vec<_> = (0..2).map(|_| scene.work(None, None)).collect();
    let mut ended = 0;
    for time in 1..=times {
        scene.refill().await;
        tokio::time::sleep(Duration::from_millis(fastrand::u64(100..400))).await;
        if can_crash && time % 10 == 0 {
            server.crash();
            tokio::time::sleep(Duration::from_millis(200)).await;
            server.resume();
        } else {
            ended += server.end_connections(&scene.database).await;
        }
        for worker in &mut workers {
            assert!(!worker.has_ended(), "a worker does not outlive its server");
        }
    }
    assert!(ended > u64::from(times), "the workers were not connected");
    drop(workers);
    scene.settle(2).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_outlive_their_connections_and_their_server() {
    if shared().is_none() {
        return;
    }
    let Some(mut server) = Server::start() else {
        return;
    };
    let outcome = disturb(&mut server, 20, true).await;
    outcome.report("18 times all connections ended, 2 crashes of the server");
    outcome.assert();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes half an hour: cargo xtask long-runs"]
async fn nothing_is_lost_or_doubled_by_1_000_kills_and_50_crashes() {
    let mut server = Server::start().expect("Postgres is installed");
    for seed in 0..10 {
        let outcome = kills(&server, 100, 1_000 + seed, None).await;
        outcome.report("kill -9");
        outcome.assert();
    }
    let outcome = disturb(&mut server, 500, true).await;
    outcome.report("450 times all connections ended, 50 crashes of the server");
    outcome.assert();
}

/// Number of faults of each kind.
#[derive(Debug, Default)]
struct Faults {
    kills: u32,
    stops: u32,
    connections: u64,
    crashes: u32,
}

/// Eight workers send these rows while one is killed or stopped, all connections are ended, or the server crashes.
async fn storm(server: &mut Server, rows: usize, seed: u64) -> (Outcome, Faults) {
    let scene = Scene::start(server.database().await).await;
    for _ in 0..rows / 1_000 {
        scene.enqueue(1_000).await;
    }
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut workers: Vec<_> = (0..8).map(|_| scene.work(None, None)).collect();
    let mut faults = Faults::default();
    loop {
        tokio::time::sleep(Duration::from_millis(rng.u64(50..300))).await;
        // While the server restarts, nothing is known.
        if let Ok(status) = scene.store.status().await
            && status.states[&State::Queued] == 0
        {
            break;
        }
        let victim = rng.usize(0..workers.len());
        match rng.u32(0..20) {
            0 => {
                server.crash();
                server.resume();
                faults.crashes += 1;
            }
            1..=5 => faults.connections += server.end_connections(&scene.database).await,
            6..=9 => {
                workers[victim].signal("STOP").await;
                tokio::time::sleep(Duration::from_millis(rng.u64(50..1_500))).await;
                workers[victim].signal("CONT").await;
                faults.stops += 1;
            }
            _ => {
                assert!(!workers[victim].has_ended(), "a worker ended by itself");
                workers[victim] = scene.work(None, None);
                faults.kills += 1;
            }
        }
    }
    drop(workers);
    (scene.settle(faults.kills).await, faults)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes many minutes: cargo xtask long-runs"]
async fn eight_workers_send_100_000_rows_through_all_faults() {
    let mut server = Server::start().expect("Postgres is installed");
    let (outcome, faults) = storm(&mut server, 100_000, 7).await;
    outcome.report(&format!("{faults:?}"));
    outcome.assert();
    assert!(faults.kills >= 50 && faults.stops >= 20, "{faults:?}");
    assert!(
        faults.connections >= 200 && faults.crashes >= 5,
        "{faults:?}"
    );
}

/// Largest number of arrivals in any second.
fn busiest_second(arrivals: &[std::time::Instant]) -> usize {
    let second = Duration::from_secs(1);
    let in_second = |(first, start): (usize, &std::time::Instant)| {
        let rest = arrivals[first..].iter();
        rest.take_while(|arrived| arrived.duration_since(*start) < second)
            .count()
    };
    arrivals
        .iter()
        .enumerate()
        .map(in_second)
        .max()
        .unwrap_or(0)
}

/// Sends of eight processes that share a rate while one is killed each second: the share of the rate that is used, and the
/// largest number in a second.
async fn share_rate(server: &Server, rate: u32, seconds: u32) -> (f64, usize) {
    let scene = Scene::start(server.database().await).await;
    scene.enqueue((rate * (seconds + 20)) as usize).await;
    let mut workers: std::collections::VecDeque<_> = (0..8).map(|_| scene.work_at(rate)).collect();
    while scene.judge.arrivals().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // All processes have started.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = scene.judge.arrivals().len();
    for _ in 0..seconds {
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(workers.pop_front());
        workers.push_back(scene.work_at(rate));
    }
    drop(workers);
    let arrivals = &scene.judge.arrivals()[before..];
    let span = arrivals[arrivals.len() - 1].duration_since(arrivals[0]);
    let used = (arrivals.len() - 1) as f64 / span.as_secs_f64() / f64::from(rate);
    let busiest = busiest_second(&scene.judge.arrivals());
    let missed = "SELECT count(*) FROM messages_outbox.history WHERE detail = 'slot_missed'";
    let missed = scene.database.client().await.query_one(missed, &[]).await;
    let missed: i64 = missed.unwrap().get(0);
    println!(
        "rate {rate}: {} sends in {span:.1?}, {:.1} % used, busiest second {busiest}, slots missed {missed}",
        arrivals.len(),
        used * 100.0
    );
    let queued = scene.store.status().await.unwrap().states[&State::Queued];
    assert!(queued > 0, "too few rows");
    (used, busiest)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_share_a_rate_for_5_seconds() {
    const RATE: u32 = 30;
    let Some(server) = shared() else { return };
    let (used, busiest) = share_rate(server, RATE, 5).await;
    // The tests that run beside this one delay sends and their arrival.
    assert!(busiest <= RATE as usize + 3, "{busiest} in a second");
    assert!(used >= 0.4, "{used}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures time: cargo xtask long-runs"]
async fn eight_processes_share_a_rate_while_one_is_killed_each_second() {
    let server = Server::start().expect("Postgres is installed");
    for rate in [30, 100] {
        let (used, busiest) = share_rate(&server, rate, 30).await;
        assert!(busiest <= rate as usize, "{busiest} in a second");
        assert!(used >= 0.95, "{used}");
    }
}
