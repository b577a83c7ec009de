//! A journey on a fast clock whose workers die one after the other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use messages_emulator::{Action, Query, Rule};
use messages_outbox::run::Run;
use messages_outbox::{FastClock, RunIntent, RunState, Started, StoreClock, SystemClock};
use messages_outbox_sqlite::SqliteStore;
use messages_sdk::transport::backend::hyper::HyperTransport;
use messages_sdk::types::Document;
use messages_sdk::types::journey::Journey;
use tokio::net::TcpListener;

use super::child::{self, Task};
use super::doomed::Point;
use super::scene::{Worker, apply_webhooks, emulator};
use crate::support::{Folder, outbox};

/// Speed of all clocks, the emulator's too.
const SPEED: u32 = 600;

/// Lives of the workers, up to the points at which they die. No worker dies between the commit of a row's beginning and
/// its POST: the message would be in doubt for good.
const LIVES: [Point; 10] = [
    // The WhatsApp message, which the last of these sends.
    Point::BeforeClaim,
    Point::AfterClaim,
    Point::BeforeBegin,
    Point::BeforeSettle,
    // Its deadline, and the end of its grace.
    Point::AfterAdvance,
    Point::AfterAdvance,
    // The RCS message, and the task to revoke it at its deadline.
    Point::BeforeBegin,
    Point::BeforeSettle,
    Point::AfterAdvance,
    // The SMS.
    Point::AfterClaim,
];

const JOURNEY: &str = r#"{ "template": "journey/1", "steps": [
    { "send": { "message": { "channel": "whatsapp", "message_type": "text", "from": "447700900001", "to": "447700900000",
        "text": "Your table is free" } }, "until": { "status": "read", "within": 600 } },
    { "send": { "message": { "channel": "rcs", "message_type": "text", "from": "Acme", "to": "447700900000",
        "text": "Your table is free" } }, "until": { "status": "read", "within": 600 } },
    { "send": { "message": { "channel": "sms", "message_type": "text", "from": "447700900001", "to": "447700900000",
        "text": "Your table is free" } }, "until": { "status": "delivered", "within": 600 } } ] }"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journey_of_three_channels_is_right_although_ten_workers_die() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let emulator = emulator(&listener).speed(SPEED.into());
    let mut emulator = emulator.start().await.unwrap();
    emulator.add_rule(Rule::always(Action::Deliver));
    let private_key = emulator.private_key_path().unwrap().to_owned();

    let start = SystemClock.now();
    let folder = Folder::new();
    let clock = FastClock::new(start, SPEED);
    let store = SqliteStore::builder(folder.file()).clock(Arc::new(clock));
    let store = Arc::new(store.open().await.unwrap());
    let transport = HyperTransport::builder().build().unwrap();
    let outbox = outbox(emulator.base_url(), store, transport);
    apply_webhooks(listener, &emulator, &outbox, |_| false);
    let work = |doom| {
        let task = Task::Execute {
            url: emulator.base_url().to_owned(),
            application: emulator.credentials().application_id().to_string(),
            private_key: private_key.clone(),
            clock: (start.as_microsecond(), SPEED),
            doom,
        };
        Worker::new(child::start(folder.file(), task))
    };

    let began = Instant::now();
    let journey = Journey::from_slice(JOURNEY.as_bytes()).unwrap();
    let intent = RunIntent::new("reservation-17", journey).unwrap();
    let Started::New(id) = outbox.start(intent).await.unwrap() else {
        panic!("the key is new");
    };
    let run = async || outbox.store().show_run(id).await.unwrap().unwrap().run;
    for point in LIVES {
        let died = work(Some(point)).die_within(Duration::from_secs(60)).await;
        let run = run().await;
        assert!(died && run.state == RunState::Running, "{point:?}: {run:?}");
    }
    let last = work(None);
    let ended = loop {
        let run = run().await;
        if run.state != RunState::Running {
            break run;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{run:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let elapsed = began.elapsed();
    drop(last);

    assert_eq!(ended.state, RunState::Completed, "{ended:?}");
    assert_waited(&ended);
    let sent = emulator.messages(&Query::sent(), usize::MAX);
    let mut channels: Vec<_> = sent
        .iter()
        .map(|message| message.channel.to_string())
        .collect();
    channels.sort();
    assert_eq!(channels, ["rcs", "sms", "whatsapp"]);
    let revoked = sent.iter().filter(|message| message.revoked);
    assert_eq!(revoked.count(), 1, "the RCS message");
    println!(
        "three channels, read within 600 s, ten deaths: {:.1} s",
        elapsed.as_secs_f64()
    );
}

/// By the store's clock, no deadline passed before its time.
fn assert_waited(run: &Run) {
    let history = &run.progress.history;
    let at = |event: &str| -> Vec<_> {
        let entries = history.iter().filter(|entry| entry.event == event);
        entries.map(|entry| entry.at).collect()
    };
    let (accepted, deadlines) = (at("accepted"), at("deadline"));
    assert_eq!((accepted.len(), deadlines.len()), (3, 2), "{history:?}");
    for (accepted, deadline) in accepted.iter().zip(deadlines) {
        let waited = deadline.duration_since(*accepted);
        assert!(waited >= SignedDuration::from_secs(600), "{waited:?}");
    }
}
