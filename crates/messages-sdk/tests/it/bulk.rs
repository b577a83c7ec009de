//! Many messages at once.

use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use messages_sdk::client::ResultOrder;
use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::{Outcome, SendOptions};
use tokio_stream::StreamExt;

use crate::support::{client, sms, taken};

const AT_A_TIME: NonZeroUsize = NonZeroUsize::new(4).unwrap();

#[tokio::test(start_paused = true)]
async fn no_more_calls_are_under_way_than_asked_for_and_each_has_its_result() {
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let script = Arc::new(ScriptedTransport::from_fn(move |request| {
        let (running, most) = (Arc::clone(&running), Arc::clone(&most));
        // Every call takes another time, so that they end out of order.
        let pause = Duration::from_millis(request.body().len() as u64 % 7 + 1);
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(pause).await;
            running.fetch_sub(1, Ordering::SeqCst);
            Ok(taken())
        }
    }));
    let client = client(&script);
    for order in [ResultOrder::Input, ResultOrder::Completion] {
        let messages = tokio_stream::iter((0..100).map(|_| sms()));
        let results = client.send_all(messages, AT_A_TIME, order);
        let mut indices: Vec<_> = results.map(|sent| sent.index).collect().await;
        if order == ResultOrder::Completion {
            indices.sort_unstable();
        }
        assert!(indices.into_iter().eq(0..100), "{order:?}");
    }
    assert_eq!(seen.load(Ordering::SeqCst), 4);
}

#[tokio::test(start_paused = true)]
async fn a_transport_that_panics_leaves_a_doubt_and_no_gap() {
    let calls = AtomicUsize::new(0);
    let script = Arc::new(ScriptedTransport::from_fn(move |_| {
        let number = calls.fetch_add(1, Ordering::SeqCst);
        async move {
            assert_ne!(number, 1, "a planted bug of the transport");
            Ok(taken())
        }
    }));
    let client = client(&script);
    let messages = tokio_stream::iter([sms(), sms(), sms()]);
    let results = client.send_all(messages, NonZeroUsize::MIN, ResultOrder::Input);
    let results: Vec<_> = results.collect().await;
    assert_eq!(results.len(), 3);
    assert!(results[0].result.is_ok() && results[2].result.is_ok());
    assert_eq!(
        results[1].result.as_ref().unwrap_err().outcome(),
        Outcome::InDoubt
    );
}

#[tokio::test(start_paused = true)]
async fn options_hold_for_each_call() {
    let script = Arc::new(ScriptedTransport::new().then_never().then_never());
    let client = client(&script);
    let began = tokio::time::Instant::now();
    let mut results = pin!(
        client
            .send_all(
                tokio_stream::iter([sms(), sms()]),
                AT_A_TIME,
                ResultOrder::Input
            )
            .options(SendOptions::new().deadline(Duration::from_secs(3)))
    );
    while let Some(sent) = results.next().await {
        assert_eq!(sent.result.unwrap_err().outcome(), Outcome::InDoubt);
    }
    assert_eq!(began.elapsed(), Duration::from_secs(3));
}
