//! Rates of several workers, and what an observer sees.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use messages_outbox::{
    Applied, MemoryStore, ObservedSend, OutboxObserver, OutboxStore, Policy, Quota, Quotas, State,
};

use crate::api::{Api, Behaviour, status};
use crate::worker::{builder, enqueue, rows};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_sliding_second_exceeds_the_quota_of_four_workers() {
    let rate = 30;
    let api = Api::default();
    let quotas = Quotas::default().sender(Quota::per_second(NonZeroU32::new(rate).unwrap()));
    let store: Arc<dyn OutboxStore> = Arc::new(MemoryStore::new());
    let worker = || {
        builder(&api, |_| Behaviour::Accept)
            .shared_store(Arc::clone(&store))
            .policy(Policy {
                quotas: quotas.clone(),
                ..Policy::default()
            })
            .build()
            .unwrap()
    };
    let workers = [worker(), worker(), worker(), worker()];
    enqueue(&workers[0], 1_000).await;
    let stop = || tokio::time::sleep(Duration::from_secs(3));
    let runs = workers.each_ref().map(|worker| worker.run(stop()));
    let [a, b, c, d] = runs;
    let _ = tokio::join!(a, b, c, d);
    let times: Vec<Instant> = api.requests().iter().map(|request| request.at).collect();
    let second = Duration::from_secs(1);
    let most = times
        .iter()
        .map(|start| {
            times
                .iter()
                .filter(|at| **at >= *start && **at < *start + second)
                .count()
        })
        .max()
        .unwrap();
    assert!(most <= rate as usize, "{most} in a second");
    println!("{} sent in 3 s, at most {most} in a second", times.len());
    assert!(times.len() >= 60, "{} sent in 3 s", times.len());
}

#[derive(Debug, Clone, Default)]
struct Seen(Arc<std::sync::Mutex<Vec<String>>>);

impl OutboxObserver for Seen {
    fn on_settled(&self, send: &ObservedSend<'_>) {
        let state = send.state.map_or("none", State::as_str);
        let line = format!("{} {} {state}", send.channel, send.outcome);
        self.0.lock().unwrap().push(line);
    }

    fn on_applied(&self, applied: &Applied) {
        let is_change = matches!(applied, Applied::Changed { .. });
        self.0.lock().unwrap().push(format!("applied {is_change}"));
    }

    fn on_breaker(&self, account: &str) {
        self.0.lock().unwrap().push(format!("breaker {account}"));
    }
}

#[tokio::test]
async fn an_observer_sees_outcomes_statuses_and_the_breaker() {
    let api = Api::default();
    let seen = Seen::default();
    let behave = |n| {
        if n == 0 {
            Behaviour::Accept
        } else {
            Behaviour::Lost
        }
    };
    let outbox = builder(&api, behave)
        .concurrency(1)
        .observer(seen.clone())
        .store(MemoryStore::new())
        .build()
        .unwrap();
    enqueue(&outbox, 6).await;
    outbox
        .run(tokio::time::sleep(Duration::from_millis(300)))
        .await
        .unwrap();
    let doubtful = rows(&outbox)
        .await
        .into_iter()
        .find(|row| row.state == State::InDoubt)
        .unwrap();
    let reference = doubtful.reference().unwrap().to_string();
    let delivered = status("uuid-9", "delivered", Some(&reference));
    outbox.apply(&delivered).await.unwrap();
    outbox.apply(&delivered).await.unwrap();
    let mut expected = vec!["sms accepted sent"];
    expected.extend(["sms in_doubt in_doubt"; 4]);
    expected.extend([
        "breaker default",
        "sms in_doubt in_doubt",
        "applied true",
        "applied false",
    ]);
    assert_eq!(*seen.0.lock().unwrap(), expected);
}

/// The worker's own cost: nothing is stored on a disk, and the API answers at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: run it in release mode"]
async fn rows_a_second_over_a_store_in_memory() {
    let rows = 50_000;
    let api = Api::default();
    let outbox = builder(&api, |_| Behaviour::Accept)
        .concurrency(256)
        .store(MemoryStore::new())
        .build()
        .unwrap();
    enqueue(&outbox, rows).await;
    let began = Instant::now();
    let report = outbox
        .run_until_empty(std::future::pending())
        .await
        .unwrap();
    assert_eq!(report.sent, rows as u64);
    let rate = rows as f64 / began.elapsed().as_secs_f64();
    println!("{rate:.0} rows settled a second over a store in memory");
}
