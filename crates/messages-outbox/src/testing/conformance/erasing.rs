//! Erasure: clauses 13 and 15.

use std::time::Duration;

use crate::row::State;
use crate::store::{Enqueued, OutboxStore, PurgeRequest};
use crate::testing::scene::{RECIPIENT, Scene, accepted, failed, in_doubt, intent};
use crate::testing::{StoreHarness, Verdict, ensure};

pub(super) async fn purge_touches_no_open_row<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let (sent, epoch) = scene.sending("sent").await?;
    scene.settle(sent, epoch, accepted("uuid")).await?;
    let (doubtful, epoch) = scene.sending("in doubt").await?;
    scene.settle(doubtful, epoch, in_doubt()).await?;
    let (sending, _) = scene.sending("sending").await?;
    let (claimed, _) = scene.claimed("claimed").await?;
    let queued = scene.add(intent("queued", "Hello")?).await?.id();
    let request = PurgeRequest {
        older_than: Duration::from_secs(60),
        limit: 100,
    };
    let early = scene.store.purge(&request).await.map_err(failed)?;
    ensure!(early.count == 0, "{} young rows were purged", early.count);
    scene.clock.advance(Duration::from_secs(61));
    let purged = scene.store.purge(&request).await.map_err(failed)?;
    ensure!(
        purged.count == 1,
        "{} rows were purged, not 1",
        purged.count
    );
    for id in [doubtful, sending, claimed, queued] {
        let detail = scene.store.show(id).await.map_err(failed)?;
        let is_whole = detail.is_some_and(|detail| detail.payload.is_some() && !detail.row.purged);
        ensure!(is_whole, "an open row was purged");
    }
    let detail = scene.store.show(sent).await.map_err(failed)?;
    let detail = detail.ok_or("a purged row is missing")?;
    ensure!(detail.payload.is_none(), "a purged row has its payload");
    let details = &detail.row.details;
    ensure!(
        details.key.is_none() && details.recipient.is_none(),
        "a purged row names its recipient"
    );
    let again = scene.add(intent("sent", "Hello")?).await?;
    ensure!(
        again == Enqueued::Existing(sent),
        "the key of a purged row gave {again:?}"
    );
    Ok(())
}

pub(super) async fn forget_erases_and_suppresses<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let (sent, epoch) = scene.sending("sent").await?;
    scene.settle(sent, epoch, accepted("uuid")).await?;
    let (sending, epoch) = scene.sending("sending").await?;
    let queued = scene.add(intent("queued", "Hello")?).await?.id();
    let recipients = [format!("+{RECIPIENT}")];
    let forgotten = scene.store.forget(&recipients).await.map_err(failed)?;
    ensure!(
        (forgotten.erased, forgotten.in_flight) == (2, 1),
        "forgetting gave {forgotten:?}"
    );
    let state = scene.state(queued).await?;
    ensure!(state == State::Cancelled, "a queued row is {state}");
    scene.settle(sending, epoch, accepted("uuid-2")).await?;
    scene.store.forget(&recipients).await.map_err(failed)?;
    for id in [sent, queued, sending] {
        let detail = scene.store.show(id).await.map_err(failed)?;
        let detail = detail.ok_or("a row is missing")?;
        let details = &detail.row.details;
        ensure!(
            detail.payload.is_none() && details.recipient.is_none() && details.key.is_none(),
            "a row was not erased"
        );
    }
    scene.add(intent("later", "Hello")?).await?;
    ensure!(
        scene.claim(10).await?.is_empty(),
        "a forgotten recipient is sent to"
    );
    Ok(())
}
