//! Webhooks against everything else: 10,000 races, no orphan.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use messages_outbox::{
    BeginRequest, ClaimRequest, ListRequest, ManualClock, MemoryStore, Outbox, OutboxStore,
    Outcome, Policy, ReapRequest, Reason, Row, Settle, State,
};
use messages_sdk::types::Status;

use crate::api;
use crate::support::{LEASE, accepted, intent, now};

const RACES: u64 = 10_000;
/// Longer than the lease of a POST.
const CALL: Duration = Duration::from_secs(75);

/// What can happen to an accepted message, in any order.
#[derive(Debug, Clone)]
enum Step {
    /// The outcome as the worker knows it.
    Settle(Outcome),
    Status(&'static str),
    /// The lease of the POST ends, or a day passes.
    Wait(Duration),
}

struct Race {
    outbox: Outbox,
    clock: Arc<ManualClock>,
    store: MemoryStore,
}

impl Race {
    fn new(store: MemoryStore, clock: Arc<ManualClock>) -> Self {
        let outbox = Outbox::builder().store(store.clone()).build().unwrap();
        Self {
            outbox,
            clock,
            store,
        }
    }

    async fn row(&self) -> Row {
        let request = ListRequest {
            limit: 1,
            ..ListRequest::default()
        };
        self.store.list(&request).await.unwrap().remove(0)
    }

    async fn take(&self, row: &Row, echo: bool, step: &Step) {
        match step {
            Step::Settle(outcome) => {
                let settle = Settle {
                    id: row.id,
                    epoch: row.epoch,
                    outcome: outcome.clone(),
                };
                self.store.settle(&[settle]).await.unwrap();
            }
            Step::Status(status) => {
                let reference = echo.then(|| row.reference().unwrap().to_string());
                let event = api::status("uuid-1", status, reference.as_deref());
                self.outbox.apply(&event).await.unwrap();
            }
            Step::Wait(duration) => {
                self.clock.advance(*duration);
                let request = ReapRequest {
                    limit: 10,
                    in_doubt_max: Duration::from_secs(48 * 3600),
                };
                self.store.reap(&request).await.unwrap();
            }
        }
    }
}

/// A store with one row that was begun, and one without: the backup from before.
async fn begun() -> (Race, Race) {
    let clock = Arc::new(ManualClock::new(now()));
    let store = MemoryStore::with_clock(Arc::clone(&clock) as _);
    store.enqueue(&[intent("key")], None).await.unwrap();
    let backup = Race::new(store.restored_backup(), Arc::clone(&clock));
    let claim = ClaimRequest {
        accounts: vec!["default".to_owned()],
        limit: 1,
        lease: LEASE,
        policy: Policy::default(),
    };
    let claimed = store.claim(&claim).await.unwrap().rows.remove(0).row;
    let begin = BeginRequest {
        rows: vec![(claimed.id, claimed.epoch)],
        lease: CALL,
    };
    assert!(store.begin(&begin).await.unwrap()[0].result.is_ok());
    (Race::new(store, clock), backup)
}

#[tokio::test]
async fn ten_thousand_races_leave_no_orphan() {
    let (mut early, mut restored, mut late) = (0, 0, 0);
    for seed in 0..RACES {
        let mut rng = Rng::with_seed(seed);
        let (race, backup) = begun().await;
        let row = race.row().await;
        let is_known = rng.u32(0..3) != 0;
        // Without the reference only the ID in the response leads to the row.
        let echo = !is_known || rng.bool();
        let outcome = match is_known {
            true => accepted("uuid-1"),
            false => Outcome::InDoubt(Reason::new("timeout")),
        };
        let last = if rng.bool() { "read" } else { "delivered" };
        let mut steps = vec![
            Step::Settle(outcome.clone()),
            Step::Settle(outcome),
            Step::Status("submitted"),
            Step::Status("submitted"),
            Step::Status(last),
            Step::Status(last),
            Step::Wait(CALL),
            Step::Wait(Duration::from_secs(24 * 3600)),
        ];
        rng.shuffle(&mut steps);
        let settled = steps
            .iter()
            .position(|step| matches!(step, Step::Settle(_)));
        let told = steps
            .iter()
            .position(|step| matches!(step, Step::Status(_)));
        early += u32::from(told < settled);
        late += u32::from(matches!(steps.last(), Some(Step::Status(_))));
        for step in &steps {
            race.take(&row, echo, step).await;
        }
        let mut races = vec![race];
        if echo && rng.u32(0..4) == 0 {
            restored += 1;
            for step in steps.iter().filter(|step| matches!(step, Step::Status(_))) {
                backup.take(&row, true, step).await;
            }
            races.push(backup);
        }
        for race in &races {
            let after = race.row().await;
            let status = race.store.status().await.unwrap();
            assert_eq!(after.state, State::Sent, "seed {seed}: {steps:?}");
            assert_eq!(
                after.status,
                Some(Status::from(last)),
                "seed {seed}: {steps:?}"
            );
            assert_eq!(after.message_uuid.as_deref(), Some("uuid-1"), "seed {seed}");
            assert_eq!(status.parked, 0, "seed {seed}: an orphan: {steps:?}");
        }
        assert_eq!(
            races[0].row().await.contradictions,
            0,
            "seed {seed}: {steps:?}"
        );
    }
    println!("{RACES} races: {early} early, {late} late, {restored} after a restore; 0 orphans");
    assert!(early > 0 && late > 0 && restored > 0);
}
