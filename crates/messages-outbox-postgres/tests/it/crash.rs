//! A server that crashes.

use messages_outbox::{OutboxStore, State};

use crate::server::{Server, shared};
use crate::support::{claim_request, count, intent, send};

#[tokio::test]
async fn a_store_goes_on_after_a_crash_of_the_server() {
    if shared().is_none() {
        return;
    }
    let Some(mut server) = Server::start() else {
        return;
    };
    let database = server.database().await;
    let store = database.open().await;
    let rows: Vec<_> = (0..20).map(|number| intent(format!("{number}"))).collect();
    store.enqueue(&rows, None).await.unwrap();
    let claim = store.claim(&claim_request(5)).await.unwrap();

    server.crash();
    let error = store.status().await.unwrap_err();
    assert_eq!(error.kind(), messages_outbox::StoreErrorKind::Unavailable);
    server.resume();

    send(&store, &claim).await;
    assert_eq!(count(&store, State::Sent).await, 5);
    assert_eq!(count(&store, State::Queued).await, 15);
    assert!(!store.status().await.unwrap().restored);
}
