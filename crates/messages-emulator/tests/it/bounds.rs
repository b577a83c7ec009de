//! Nothing grows with what is sent: webhooks in flight, events that are not read, messages that are kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use messages_emulator::{Channel, Emulator, Event, InboundMessage, Query};
use messages_transport::http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::observe::stream;
use crate::support::{Client, LIMIT, Receiver, sms};

/// Accepts webhooks and answers each after a pause, or never.
struct Slow {
    authority: String,
    /// Requests whose first bytes have been read.
    posted: Arc<AtomicUsize>,
}

impl Slow {
    async fn start(pause: Option<Duration>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let posted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&posted);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let count = Arc::clone(&count);
                tokio::spawn(async move {
                    let mut buffer = [0; 8 * 1024];
                    while let Ok(1..) = stream.read(&mut buffer).await {
                        count.fetch_add(1, Ordering::SeqCst);
                        let Some(pause) = pause else {
                            return std::future::pending::<()>().await;
                        };
                        tokio::time::sleep(pause).await;
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                        if stream.write_all(answer).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { authority, posted }
    }

    fn posted(&self) -> usize {
        self.posted.load(Ordering::SeqCst)
    }

    async fn wait_for(&self, count: usize) {
        let enough = async {
            while self.posted() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(LIMIT, enough).await.unwrap();
    }
}

async fn fast(status_url: &str) -> (Emulator, Client) {
    let builder = Emulator::builder().speed(10_000.0).status_url(status_url);
    let emulator = builder.start().await.unwrap();
    let client = Client::basic(&emulator);
    (emulator, client)
}

#[tokio::test]
async fn after_a_reset_nothing_of_before_is_posted() {
    let slow = Slow::start(Some(Duration::from_millis(100))).await;
    let (_emulator, client) = fast(&format!("http://{}/", slow.authority)).await;
    for _ in 0..200 {
        client.send("/v1/messages", &sms("447700900000")).await;
    }
    slow.wait_for(32).await;
    let reset = client.call(Method::POST, "/emulator/v1/reset", "").await;
    assert_eq!(reset.unwrap().status(), 204);
    // Bytes on their way are read.
    tokio::time::sleep(Duration::from_millis(30)).await;
    let posted = slow.posted();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(slow.posted(), posted);

    // The receiver gets what comes now.
    client.send("/v1/messages", &sms("447700900000")).await;
    slow.wait_for(posted + 2).await;
}

#[tokio::test]
async fn webhooks_of_messages_that_are_not_kept_are_not_posted() {
    let slow = Slow::start(Some(Duration::from_secs(1))).await;
    let builder = Emulator::builder().speed(10_000.0).keep(1);
    let emulator = builder
        .status_url(format!("http://{}/", slow.authority))
        .start()
        .await
        .unwrap();
    let client = Client::basic(&emulator);
    for _ in 0..300 {
        client.send("/v1/messages", &sms("447700900000")).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let posted = slow.posted();
    emulator.settled().await;
    assert!(slow.posted() <= posted + 2, "{posted}, {}", slow.posted());
}

#[tokio::test]
async fn webhooks_that_wait_are_no_tasks_whatever_hangs() {
    let hanging = Slow::start(None).await;
    let receiver = Receiver::start().await;
    let (emulator, client) = fast(&receiver.url).await;
    let tasks = || {
        let metrics = tokio::runtime::Handle::current().metrics();
        metrics.num_alive_tasks()
    };
    let before = tasks();
    let mut message = sms("447700900000");
    message["webhook_url"] = format!("http://{}/", hanging.authority).into();
    for _ in 0..600 {
        client.send("/v1/messages", &message).await;
    }
    client.send("/v1/messages", &sms("447700900002")).await;
    let both = tokio::time::timeout(LIMIT, receiver.wait_for(2)).await;
    assert!(both.is_ok(), "it waits for those that hang");
    // For each webhook in flight: its own, and its connection's at both ends.
    let more = tasks().saturating_sub(before);
    assert!(more < 3 * 64 + 50, "{more}");
    assert!(hanging.posted() <= 2 * 64, "{}", hanging.posted());
    drop(emulator);
}

#[tokio::test]
async fn time_ends_and_nothing_spins_there() {
    let receiver = Receiver::start().await;
    let builder = Emulator::builder().stepped().status_url(&receiver.url);
    let emulator = builder.start().await.unwrap();
    let client = Client::basic(&emulator);
    receiver.answer(std::iter::repeat_n(500, 2_000_000));
    client.send("/v1/messages", &sms("447700900000")).await;
    let all_time = Duration::from_secs(u64::MAX);
    let moved = tokio::time::timeout(LIMIT, emulator.advance(all_time)).await;
    assert!(moved.is_ok(), "{} webhooks so far", receiver.all().len());
    let end = emulator.now();
    // An event planned after the end is due at the end, and is not retried there.
    client.send("/v1/messages", &sms("447700900000")).await;
    let moved = tokio::time::timeout(LIMIT, emulator.advance(all_time)).await;
    assert!(moved.is_ok() && emulator.now() == end);
    emulator.set_pace(messages_emulator::Pace::Times(1_000_000.0));
    let count = receiver.all().len();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!((receiver.all().len(), emulator.now()), (count, end));
}

#[tokio::test]
async fn time_is_moved_by_a_span_that_can_pass() {
    let (emulator, client) = fast("http://127.0.0.1:9/").await;
    for span in [
        json!(u64::MAX),
        json!(1.8e19),
        json!("1e15h"),
        json!("1000000h"),
        json!(-1),
    ] {
        let change = json!({ "advance": span });
        let answer = client.post("/emulator/v1/clock", &change);
        let (status, told) = tokio::time::timeout(LIMIT, answer).await.unwrap();
        assert_eq!(status, 422, "{span}: {told}");
    }
    drop(emulator);
}

#[tokio::test]
async fn a_reader_that_falls_behind_is_told_how_many_events_it_missed() {
    let emulator = Emulator::builder().stepped().start().await.unwrap();
    let client = Client::basic(&emulator);
    let mut events = emulator.events();
    let large = "x".repeat(900_000);
    for _ in 0..30 {
        let answer = client.call(Method::POST, "/v1/messages", large.clone());
        assert_eq!(answer.await.unwrap().status(), 422);
    }
    let last = client.send("/v1/messages", &sms("447700900000")).await;
    let Some(Event::Missed(missed)) = events.next().await else {
        panic!("more than 16 MiB are remembered");
    };
    let mut read = 0;
    while missed.count + read < 32 {
        let event = events.next().await.unwrap();
        assert!(!matches!(event, Event::Missed(_)));
        read += 1;
    }
    assert!(read > 10, "{read}");

    let log = async |after: u64| {
        let path = format!("/emulator/v1/log?after={after}");
        client.get(&path).await.1
    };
    assert_eq!(log(0).await["missed"], missed.count);
    assert!(log(missed.count).await.get("missed").is_none());

    // A stream tells the same.
    let told = stream(&emulator, Some(0), &last).await;
    let count = format!("{{\"event\":\"missed\",\"count\":{}}}", missed.count);
    assert!(told.contains(&count), "{told}");
    let told = stream(&emulator, Some(missed.count), &last).await;
    assert!(!told.contains("missed"), "{told}");
}

#[tokio::test]
async fn large_messages_are_kept_by_their_bytes() {
    let emulator = Emulator::builder()
        .stepped()
        .keep_mib(16)
        .start()
        .await
        .unwrap();
    let client = Client::basic(&emulator);
    let large = "x".repeat(300_000);
    let sent = json!({
        "channel": "rcs", "message_type": "custom", "from": "Brand", "to": "447700900000",
        "custom": { "contentMessage": { "text": large } }
    });
    let first = client.send("/v1/messages", &sent).await;
    let mut last = first.clone();
    for number in 0..30 {
        let hello = InboundMessage::text(Channel::Messenger, "user-1", "page-1", large.as_str());
        last = emulator.inject(hello).await.message_uuid;
        // Its request counts too.
        assert_eq!(emulator.message(&first).is_some(), number < 26, "{number}");
    }
    let kept = emulator.messages(&Query::default(), 100);
    assert_eq!(kept.len(), 27);
    assert_eq!(kept[0].message_uuid, last);
    // A page too; it is more than the client of these tests reads.
    let authority = emulator.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(authority).await.unwrap();
    let request = format!(
        "GET /emulator/v1/messages?limit=1000 HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut page = Vec::new();
    stream.read_to_end(&mut page).await.unwrap();
    let shown = String::from_utf8(page).unwrap();
    assert_eq!(shown.matches("\"message_uuid\"").count(), 14);
}
