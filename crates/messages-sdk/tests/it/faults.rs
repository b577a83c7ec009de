//! Many sends into a server that breaks exchanges in every way: what each call reports against what the server knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use messages_sdk::auth::Basic;
use messages_sdk::policy::DeliveryPolicy;
use messages_sdk::transport::layer::retry::{RetryBudget, RetryPolicy};
use messages_sdk::transport::testing::server::{Act, Answer, FaultServer, Moment, Play};
use messages_sdk::types::Document;
use messages_sdk::types::v1::{Message, Sms};
use messages_sdk::{Client, Endpoint, Outcome};
use tokio::task::JoinSet;

use crate::support::{Backend, accepted, backends};

const CALLS: usize = 600;

/// Every way to go wrong; the number of the request picks one.
fn faults() -> Vec<Play> {
    let mut faults = Vec::new();
    for act in [Act::Close, Act::Reset, Act::Stall] {
        for moment in [
            Moment::Accept,
            Moment::Head,
            Moment::Body,
            Moment::Taken,
            Moment::AnswerHead,
            Moment::AnswerBody(202),
            Moment::AnswerBody(422),
            Moment::AnswerBody(503),
        ] {
            faults.push(Play::Break(moment, act));
        }
    }
    for status in [301, 307, 400, 401, 408, 422, 429, 500, 502, 503, 504] {
        let answer = Answer::new(status, "{}").header("location", "/v1/messages");
        faults.push(answer.into());
    }
    faults.extend([
        Answer::new(202, accepted())
            .close_after(Duration::from_millis(1))
            .into(),
        Answer::new(202, "<html>").into(),
        Play::Early(Answer::new(503, "")),
        Play::Garbage,
        Play::ShortLength,
        Play::Endless(202),
        Play::Endless(500),
        Play::Refuse,
        Play::GoAway,
        Play::TakeAndGoAway,
        Play::TakeAndAbort,
    ]);
    faults
}

/// JSON of a message on the wire, by which the server counts it.
fn message(n: usize) -> (Message, Vec<u8>) {
    let sms = Sms::text("447700900001", "447700900000", "Hello").unwrap();
    let message = Message::from(sms.client_ref(format!("call-{n}")).unwrap());
    let body = message.to_vec();
    (message, body)
}

#[derive(Debug, Default)]
struct Counts {
    accepted: usize,
    id_unknown: usize,
    rejected: usize,
    not_sent: usize,
    in_doubt: usize,
    /// Messages that the server took more than once.
    doubled: usize,
    not_sent_but_taken: usize,
    accepted_but_not_taken: usize,
}

async fn run(backend: Backend, policy: DeliveryPolicy, one_in: usize) -> Counts {
    let faults = faults();
    let server = FaultServer::start(move |n| match n % one_in {
        0 => faults[n / one_in % faults.len()].clone(),
        _ => Answer::new(202, accepted()).into(),
    })
    .await
    .unwrap();
    let retry = RetryPolicy::default()
        .base_delay(Duration::from_millis(2))
        .throttled_delay(Duration::from_millis(2))
        .budget(RetryBudget::new(u32::MAX));
    let client = Client::builder()
        .endpoint(Endpoint::new(&format!("http://{}", server.address())).unwrap())
        .credentials(Basic::new("a1b2c3d4", "secret").unwrap())
        .transport(backend)
        .retry(retry)
        .delivery(policy)
        .attempt_timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..32 {
        let (client, next) = (client.clone(), Arc::clone(&next));
        workers.spawn(async move {
            let mut ends = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= CALLS {
                    return ends;
                }
                let (message, body) = message(n);
                let result = client.send(message).await;
                let outcome = result.map_or_else(|error| error.outcome(), |_| Outcome::Accepted);
                ends.push((outcome, body));
            }
        });
    }
    let ends = workers.join_all().await;
    // Requests of calls that timed out count too, if the server still reads them.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut counts = Counts::default();
    for (outcome, body) in ends.into_iter().flatten() {
        let taken = server.times_taken(&body);
        counts.doubled += usize::from(taken > 1);
        match outcome {
            Outcome::Accepted | Outcome::AcceptedIdUnknown => {
                counts.accepted_but_not_taken += usize::from(taken == 0);
                if outcome == Outcome::Accepted {
                    counts.accepted += 1;
                } else {
                    counts.id_unknown += 1;
                }
            }
            Outcome::Rejected => counts.rejected += 1,
            Outcome::NotSent => {
                counts.not_sent += 1;
                counts.not_sent_but_taken += usize::from(taken > 0);
            }
            _ => counts.in_doubt += 1,
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_twice_and_no_call_says_wrongly_that_nothing_left() {
    for (name, backend) in backends() {
        // Over HTTP/2 most faults hit every call that shares the connection.
        let one_in = if name.ends_with("h2") { 50 } else { 3 };
        let counts = run(Arc::clone(&backend), DeliveryPolicy::AtMostOnce, one_in).await;
        println!("faults, at most once, {name}: {CALLS} calls, {counts:?}");
        assert_eq!(counts.doubled, 0, "{name}");
        assert_eq!(counts.not_sent_but_taken, 0, "{name}");
        assert_eq!(counts.accepted_but_not_taken, 0, "{name}");
        assert!(counts.accepted > CALLS / 4 && counts.in_doubt > 0, "{name}");

        // The control: where doubles are accepted there are some, so that they would be seen above.
        let counts = run(backend, DeliveryPolicy::AtLeastOnce, one_in).await;
        println!("faults, at least once, {name}: {CALLS} calls, {counts:?}");
        assert!(counts.doubled > 0, "{name}");
        assert_eq!(counts.not_sent_but_taken, 0, "{name}");
    }
}
