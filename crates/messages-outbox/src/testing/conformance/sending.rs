//! The way of a row: clauses 1 to 6, and 11.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::row::{Resolution, State};
use crate::store::{Enqueued, OutboxStore, Settled};
use crate::testing::scene::{CALL, LEASE, Scene, accepted, failed, in_doubt, intent};
use crate::testing::{StoreHarness, Verdict, ensure};

pub(super) async fn enqueue_is_idempotent<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let first = scene.add(intent("key", "Hello")?).await?;
    ensure!(
        matches!(first, Enqueued::New(_)),
        "a new key gave {first:?}"
    );
    let again = scene.add(intent("key", "Hello")?).await?;
    ensure!(
        again == Enqueued::Existing(first.id()),
        "a known key gave {again:?}"
    );
    let other = scene.add(intent("key", "Goodbye")?).await?;
    ensure!(
        other == Enqueued::Conflict(first.id()),
        "another payload gave {other:?}"
    );
    let elsewhere = scene
        .add(intent("key", "Hello")?.namespace("other"))
        .await?;
    ensure!(
        matches!(elsewhere, Enqueued::New(_)),
        "another namespace gave {elsewhere:?}"
    );
    let twice = [intent("twice", "Hello")?, intent("twice", "Hello")?];
    let added = scene.store.enqueue(&twice, None).await.map_err(failed)?;
    let ids: Vec<_> = added.iter().map(|added| added.id()).collect();
    ensure!(
        matches!(added[..], [Enqueued::New(_), Enqueued::Existing(_)]) && ids[0] == ids[1],
        "a key twice in a list gave {added:?}"
    );
    let found = scene.store.find("default", "key").await.map_err(failed)?;
    ensure!(found == Some(first.id()), "the key finds {found:?}");
    let rows = scene.all().await?.len();
    ensure!(rows == 3, "there are {rows} rows, not 3");
    Ok(())
}

pub(super) async fn a_row_has_one_holder<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    scene.add_many("key", 40).await?;
    let mut held = BTreeSet::new();
    loop {
        let (left, right) = tokio::join!(scene.claim(7), scene.claim(5));
        let rows = [left?, right?].concat();
        if rows.is_empty() {
            break;
        }
        for claimed in rows {
            ensure!(
                held.insert(claimed.row.id),
                "{} was claimed twice",
                claimed.row.id
            );
            ensure!(
                claimed.row.epoch == 1,
                "a first claim has epoch {}",
                claimed.row.epoch
            );
            ensure!(!claimed.payload.is_empty(), "a claimed row has no payload");
        }
    }
    ensure!(held.len() == 40, "{} of 40 rows were claimed", held.len());
    scene.clock.advance(LEASE + Duration::from_secs(1));
    scene.reap().await?;
    for claimed in scene.claim(100).await? {
        ensure!(
            claimed.row.epoch == 2,
            "a second claim has epoch {}",
            claimed.row.epoch
        );
    }
    Ok(())
}

pub(super) async fn begin_is_durable<H: StoreHarness>(harness: &H) -> Verdict {
    let mut scene = Scene::open(harness).await?;
    let (id, epoch) = scene.sending("key").await?;
    scene.store = harness.crash(scene.store).await.map_err(failed)?;
    let state = scene.state(id).await?;
    ensure!(state == State::Sending, "after a crash the row is {state}");
    let settled = scene.settle(id, epoch, accepted("uuid")).await?;
    ensure!(
        settled == Settled::Applied(State::Sent),
        "settling gave {settled:?}"
    );
    scene.store = harness.crash(scene.store).await.map_err(failed)?;
    let row = scene.row(id).await?;
    ensure!(
        row.state == State::Sent,
        "after a crash the row is {}",
        row.state
    );
    ensure!(
        row.message_uuid.as_deref() == Some("uuid"),
        "the message's ID is lost"
    );
    Ok(())
}

pub(super) async fn a_stale_epoch_changes_nothing<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let (id, stale) = scene.claimed("key").await?;
    scene.clock.advance(LEASE);
    scene.reap().await?;
    let claimed = scene.claim(10).await?;
    let epoch = claimed.first().map_or(0, |claimed| claimed.row.epoch);
    ensure!(epoch > stale, "the second claim has epoch {epoch}");
    let begun = scene.begin(&[(id, stale)]).await?;
    ensure!(begun[0].result.is_err(), "a stale holder may post");
    let release = crate::Release {
        id,
        epoch: stale,
        delay: Duration::ZERO,
    };
    scene.store.release(&[release]).await.map_err(failed)?;
    let state = scene.state(id).await?;
    ensure!(
        state == State::Claimed,
        "a stale release made the row {state}"
    );
    scene.begin(&[(id, epoch)]).await?;
    for outcome in [accepted("uuid"), in_doubt()] {
        let settled = scene.settle(id, stale, outcome).await?;
        ensure!(
            settled == Settled::Stale,
            "a stale outcome gave {settled:?}"
        );
    }
    let state = scene.state(id).await?;
    ensure!(
        state == State::Sending,
        "a stale outcome made the row {state}"
    );
    Ok(())
}

pub(super) async fn settle_is_idempotent<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let (id, epoch) = scene.sending("key").await?;
    let first = scene.settle(id, epoch, accepted("uuid")).await?;
    let row = scene.row(id).await?;
    scene.clock.advance(Duration::from_secs(1));
    let again = scene.settle(id, epoch, accepted("uuid")).await?;
    ensure!(
        first == again,
        "the first gave {first:?}, the second {again:?}"
    );
    ensure!(scene.row(id).await? == row, "a repetition changed the row");
    Ok(())
}

pub(super) async fn leases_end_by_state<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let (sending, epoch) = scene.sending("sending").await?;
    let (claimed, _) = scene.claimed("claimed").await?;
    scene.clock.advance(CALL);
    let reaped = scene.reap().await?;
    ensure!(
        (reaped.requeued, reaped.in_doubt) == (1, 1),
        "the reaper did {reaped:?}"
    );
    let states = (scene.state(claimed).await?, scene.state(sending).await?);
    ensure!(
        states == (State::Queued, State::InDoubt),
        "the rows are {states:?}"
    );
    for _ in 0..3 {
        scene.clock.advance(CALL);
        scene.reap().await?;
        let rows = scene.claim(10).await?;
        ensure!(
            rows.iter().all(|claimed| claimed.row.id != sending),
            "a row in doubt was claimed"
        );
    }
    let late = scene.settle(sending, epoch, accepted("uuid")).await?;
    ensure!(
        late == Settled::Applied(State::Sent),
        "a late response gave {late:?}"
    );
    let (given_up, _) = scene.sending("given up").await?;
    scene.clock.advance(CALL);
    scene.reap().await?;
    scene.clock.advance(Duration::from_secs(72 * 3600));
    scene.reap().await?;
    let state = scene.state(given_up).await?;
    ensure!(
        state == State::Abandoned,
        "after 72 hours in doubt the row is {state}"
    );
    scene.resolve(given_up, Resolution::Resend).await?;
    let rows = scene.claim(10).await?;
    let again = rows.iter().find(|claimed| claimed.row.id == given_up);
    ensure!(again.is_some(), "a resent row is not claimed");
    Ok(())
}

pub(super) async fn the_clock_of_the_store_rules<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let due = crate::testing::scene::beginning() + Duration::from_secs(60);
    let id = scene.add(intent("key", "Hello")?.due_at(due)).await?.id();
    ensure!(
        scene.claim(10).await?.is_empty(),
        "a row was claimed before its time"
    );
    scene.clock.advance(Duration::from_secs(60));
    let claimed = scene.claim(10).await?;
    ensure!(claimed.len() == 1, "a due row was not claimed");
    let until = claimed[0].row.lease_until;
    ensure!(until == Some(due + LEASE), "the lease ends at {until:?}");
    scene.clock.advance(LEASE - Duration::from_micros(1));
    scene.reap().await?;
    let state = scene.state(id).await?;
    ensure!(
        state == State::Claimed,
        "before the end of the lease the row is {state}"
    );
    scene.clock.advance(Duration::from_micros(1));
    let begun = scene.begin(&[(id, claimed[0].row.epoch)]).await?;
    ensure!(begun[0].result.is_err(), "a row was begun after its lease");
    Ok(())
}
