//! A receiver of webhooks that is down must not send a second message to everybody.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use messages_outbox::row::StatusFact;
use messages_outbox::run::{RowView, RunChange, RunEffect, RunEvent, Sight, transition};
use messages_outbox::{
    AdvanceRequest, BeginRequest, ClaimRequest, Fact, ManualClock, MemoryStore, OutboxStore,
    Outcome, Policy, RowId, RunId, RunIntent, RunListRequest, RunState, Settle, State,
};
use messages_sdk::types::Status;
use messages_sdk::types::v0_1::{Condition, Sms, Whatsapp, Workflow};

/// Runs of a default test run; `cargo test --release` has as many as the long run.
const RUNS: u32 = if cfg!(debug_assertions) { 200 } else { 1_000 };
/// Period in which the first message of a run must be read.
const WITHIN: u64 = 600;
/// Seconds from the beginning at which the receiver breaks down, and works again.
const DOWN: std::ops::Range<u64> = 50..1_850;
/// Of ten recipients, those who read their message.
const READERS: u32 = 7;

fn start() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn workflow(number: u32) -> RunIntent {
    let recipient = format!("44770{number:07}");
    let first = Whatsapp::text("447700900001", recipient.as_str(), "Hello").unwrap();
    let first = first.expecting(Condition::Read, WITHIN as u32).unwrap();
    let last = Sms::text("447700900001", recipient.as_str(), "Hello").unwrap();
    let workflow = Workflow::starting_with(first).ending_with(last);
    RunIntent::new(format!("key-{number}"), workflow).unwrap()
}

/// The store, its clock, and the API.
struct World {
    store: MemoryStore,
    clock: Arc<ManualClock>,
    second: u64,
    /// Seconds in which the receiver is down.
    down: std::ops::Range<u64>,
    /// Webhooks by the second of their next delivery, with the pause after a failed one.
    webhooks: BTreeMap<u64, Vec<(StatusFact, u64)>>,
    numbers: BTreeMap<RunId, u32>,
    /// Seconds at which the messages of each run were accepted.
    accepted: BTreeMap<RunId, Vec<u64>>,
    /// Second of the first acceptance that no webhook followed.
    silent_since: Option<u64>,
    /// Second of the first webhook after the outage.
    back: Option<u64>,
    /// Number of workers that look for deadlines in each second.
    workers: u32,
    /// Seconds that the API takes to accept a message.
    delay: u64,
    /// Rows that were posted, by the second of their acceptance.
    posted: BTreeMap<u64, Vec<(RowId, u64)>>,
}

impl World {
    fn new(down: std::ops::Range<u64>) -> Self {
        let clock = Arc::new(ManualClock::new(start()));
        Self {
            store: MemoryStore::with_clock(Arc::clone(&clock) as _),
            clock,
            second: 0,
            down,
            webhooks: BTreeMap::new(),
            numbers: BTreeMap::new(),
            accepted: BTreeMap::new(),
            silent_since: None,
            back: None,
            workers: 1,
            delay: 0,
            posted: BTreeMap::new(),
        }
    }

    /// Passes the time until the receiver works again; the runs begin in the first 100 seconds.
    async fn pass_outage(&mut self) {
        let per_second = RUNS / 100;
        while self.second < self.down.end {
            for number in 0..per_second {
                if self.second < 100 {
                    self.begin(self.second as u32 * per_second + number).await;
                }
            }
            self.pass().await;
        }
    }

    /// Passes the time until all runs have ended.
    async fn pass_rest(&mut self) {
        while self.store.status().await.unwrap().running() > 0 {
            assert!(self.second < 10_000, "the runs do not end");
            self.pass().await;
        }
    }

    /// Starts a run.
    async fn begin(&mut self, number: u32) {
        let intent = workflow(number);
        self.numbers.insert(intent.id(), number);
        self.store.start(&[intent], None).await.unwrap();
    }

    /// One second of the workers, the API and the receiver.
    async fn pass(&mut self) {
        let accounts = vec!["default".to_owned()];
        let advance = AdvanceRequest {
            accounts: accounts.clone(),
            limit: u32::MAX,
            done: Vec::new(),
        };
        for _ in 0..self.workers {
            self.store.advance(&advance).await.unwrap();
        }
        let claim = ClaimRequest {
            accounts,
            limit: u32::MAX,
            lease: Duration::from_secs(30),
            policy: Policy::default(),
        };
        let claimed = self.store.claim(&claim).await.unwrap().rows;
        let rows = claimed
            .iter()
            .map(|claimed| (claimed.row.id, claimed.row.epoch));
        let request = BeginRequest {
            rows: rows.collect(),
            lease: Duration::from_secs(75),
        };
        for begun in self.store.begin(&request).await.unwrap() {
            begun.result.unwrap();
        }
        let due = self.second + self.delay;
        self.posted.entry(due).or_default().extend(request.rows);
        let rows = self.posted.remove(&self.second).unwrap_or_default();
        let outcomes: Vec<Settle> = rows
            .iter()
            .map(|(id, epoch)| Settle {
                id: *id,
                epoch: *epoch,
                outcome: Outcome::Accepted {
                    message_uuid: Some(id.to_string()),
                    workflow_id: None,
                },
            })
            .collect();
        self.store.settle(&outcomes).await.unwrap();
        for (id, _) in &rows {
            self.schedule(*id);
        }
        self.deliver().await;
        self.clock.advance(Duration::from_secs(1));
        self.second += 1;
    }

    /// Statuses of an accepted message: each first one is delivered and rarely read; an SMS is delivered.
    fn schedule(&mut self, id: RowId) {
        self.silent_since.get_or_insert(self.second);
        let run = RunId::of(id);
        let number = self.numbers[&run];
        let accepted = self.accepted.entry(run).or_default();
        accepted.push(self.second);
        let mut statuses = vec![(1, Status::Submitted), (3, Status::Delivered)];
        if accepted.len() == 1 && number % 10 < READERS {
            statuses.push((60 + u64::from(number) % 500, Status::Read));
        }
        for (delay, status) in statuses {
            let fact = StatusFact {
                reference: None,
                message_uuid: id.to_string(),
                workflow_id: None,
                status,
                code: None,
                usage: None,
            };
            let webhooks = self.webhooks.entry(self.second + delay).or_default();
            webhooks.push((fact, 5));
        }
    }

    /// Delivers what is due; while the receiver is down, the API repeats it after pauses that double up to 15 minutes.
    async fn deliver(&mut self) {
        for (fact, pause) in self.webhooks.remove(&self.second).unwrap_or_default() {
            if self.down.contains(&self.second) {
                let webhooks = self.webhooks.entry(self.second + pause).or_default();
                webhooks.push((fact, (pause * 2).min(900)));
            } else {
                self.store.apply(&[Fact::Status(fact)]).await.unwrap();
                if self.second < self.down.start {
                    self.silent_since = None;
                } else {
                    self.back.get_or_insert(self.second);
                }
            }
        }
    }

    fn failovers(&self) -> usize {
        self.accepted
            .values()
            .filter(|times| times.len() > 1)
            .count()
    }
}

#[tokio::test]
async fn a_receiver_that_is_down_for_half_an_hour_causes_no_failover() {
    let began = std::time::Instant::now();
    let mut world = World::new(DOWN);
    world.pass_outage().await;
    assert_eq!(world.failovers(), 0, "while the receiver was down");
    let status = world.store.status().await.unwrap();
    assert!(status.blind_since.is_some());
    assert_eq!(status.running(), u64::from(RUNS));

    world.pass_rest().await;
    let request = RunListRequest {
        limit: u32::MAX,
        ..RunListRequest::default()
    };
    let mut moved = Vec::new();
    for run in world.store.list_runs(&request).await.unwrap() {
        assert_eq!(run.state, RunState::Completed);
        let is_reader = world.numbers[&run.id] % 10 < READERS;
        match world.accepted[&run.id][..] {
            [_] => assert!(
                is_reader,
                "a message that was not read was followed by no other"
            ),
            [first, second] => {
                assert!(
                    !is_reader,
                    "a message that was read was followed by another"
                );
                moved.push(second - first);
            }
            ref other => panic!("{other:?}"),
        }
    }
    assert_eq!(moved.len() as u32, RUNS / 10 * (10 - READERS));
    // The time without sight is given back, and 15 minutes for the webhooks that are repeated.
    let outage = world.back.unwrap() - world.silent_since.unwrap();
    let expected = WITHIN + outage + 900;
    let (least, most) = (moved.iter().min().unwrap(), moved.iter().max().unwrap());
    // The first of them moves on alone, and brings the webhook that the others wait for.
    assert!(
        *least >= expected && *most <= expected + 20,
        "moved on {least} to {most} s after the acceptance, not {expected}"
    );
    println!(
        "{RUNS} runs, receiver down for {} s: 0 failovers; afterwards {} moved on, {least} to {most} s after the acceptance, \
         in {:?}",
        DOWN.end - DOWN.start,
        moved.len(),
        began.elapsed()
    );
}

/// All messages were delivered before, so that no acceptance without a webhook shows the outage.
#[tokio::test]
async fn a_receiver_that_breaks_down_when_all_is_delivered_causes_one_failover() {
    break_down_late(1, 0).await;
}

/// Each of them looks for deadlines several times before the API has accepted the first message.
#[tokio::test]
async fn several_workers_of_a_store_cause_one_failover_together() {
    break_down_late(3, 10).await;
}

async fn break_down_late(workers: u32, delay: u64) {
    let mut world = World::new(120..2_000);
    (world.workers, world.delay) = (workers, delay);
    world.pass_outage().await;
    assert_eq!(world.failovers(), 1, "while the receiver was down");
    world.pass_rest().await;
    let not_read = RUNS / 10 * (10 - READERS);
    let doubled = world.failovers() as u32 - not_read;
    assert!(
        doubled <= 1,
        "{doubled} recipients who had read got a second message"
    );
}

/// Silence alone is no outage: the one run that moves on brings the webhook that lets the others follow.
#[tokio::test]
async fn runs_move_on_after_a_quiet_time() {
    let mut world = World::new(0..0);
    for number in 0..20 {
        world.begin(number * 10 + READERS).await;
    }
    world.pass_rest().await;
    assert_eq!(world.failovers(), 20);
    let moved = world.accepted.values().map(|times| times[1] - times[0]);
    let (least, most) = (moved.clone().min().unwrap(), moved.max().unwrap());
    assert!(
        least >= WITHIN && most <= WITHIN + 20,
        "{least} to {most} s"
    );
}

#[test]
fn a_longest_hold_lets_each_deadline_pass_exactly_at_its_end() {
    let hold = Duration::from_secs(600);
    let mut sight = Sight::default();
    for number in 0..1_000 {
        let intent = workflow(number);
        let mut plan = intent.plan().clone();
        plan.max_hold = Some(hold);
        let mut now = start() + Duration::from_millis(u64::from(number) * 100);
        let begun = intent.begin(now);
        let accepted = now;
        sight.on_accepted(now);
        let view = RowView {
            number: 1,
            state: State::Sent,
            since: now,
            resend: 0,
            status: Some(Status::Delivered),
            code: None,
            message_uuid: Some("uuid".to_owned()),
            usage: None,
        };
        let RunChange { mut run, .. } =
            transition(&begun.run, &plan, &RunEvent::Row(view), &sight, now).unwrap();
        let mut looks = 0;
        let moved = loop {
            now = run.wake_at.expect("it waits for a time");
            looks += 1;
            assert!(looks < 100, "it never moves on");
            let change = transition(&run, &plan, &RunEvent::Time, &sight, now).unwrap();
            if !change.effects.is_empty() {
                break change;
            }
            run = change.run;
        };
        assert!(matches!(
            moved.effects[..],
            [RunEffect::Enqueue { number: 2, .. }]
        ));
        assert!(looks > 2, "it was never held");
        assert_eq!(now, accepted + Duration::from_secs(WITHIN) + hold);
    }
}
