//! Operation: clauses 9, 10, 12, 14, 16, 17, 19 and 20.

use std::num::NonZeroU32;
use std::time::Duration;

use messages_sdk::types::{Submission, v1::Sms};

use crate::intent::Intent;
use crate::quota::{Quota, Quotas};
use crate::row::{Outcome, Priority, Reason, Resolution, State};
use crate::store::{
    Claimed, Command, CommandRequest, Effect, OutboxStore, Scope, Selection, StoreErrorKind,
};
use crate::testing::scene::{LEASE, RECIPIENT, SENDER, Scene, accepted, failed, in_doubt, intent};
use crate::testing::{StoreHarness, Verdict, ensure};

pub(super) async fn a_pause_stops_claims_and_begins<H: StoreHarness>(harness: &H) -> Verdict {
    let scopes = [
        Scope::All,
        Scope::Campaign("spring".to_owned()),
        Scope::Sender(SENDER.to_owned()),
        Scope::Channel("sms".to_owned()),
    ];
    for scope in scopes {
        let scene = Scene::open(harness).await?;
        let add = |key| intent(key, "Hello").map(|intent| intent.campaign("spring"));
        let id = scene.add(add("claimed")?).await?.id();
        let epoch = scene
            .claim(10)
            .await?
            .first()
            .map_or(0, |claimed| claimed.row.epoch);
        let selection = || Selection::Scope(scope.clone());
        scene.command(selection(), Command::Pause).await?;
        let begun = scene.begin(&[(id, epoch)]).await?;
        ensure!(
            begun[0].result.is_err(),
            "{scope:?}: a paused row was begun"
        );
        scene.add(add("later")?).await?;
        let rows = scene.claim(10).await?.len();
        ensure!(rows == 0, "{scope:?}: {rows} paused rows were claimed");
        scene.command(selection(), Command::Resume).await?;
        let rows = scene.claim(10).await?.len();
        ensure!(
            rows == 2,
            "{scope:?}: {rows} of 2 resumed rows were claimed"
        );
    }
    let scene = Scene::open(harness).await?;
    let ids = scene.add_many("key", 3).await?;
    scene
        .command(Selection::Rows(vec![ids[1]]), Command::Pause)
        .await?;
    let rows = scene.claim(10).await?;
    ensure!(
        rows.len() == 2,
        "{} rows beside a paused one were claimed",
        rows.len()
    );
    scene
        .command(Selection::Rows(vec![ids[0]]), Command::Pause)
        .await?;
    let epoch = rows[0].row.epoch;
    let begun = scene.begin(&[(ids[0], epoch), (ids[2], epoch)]).await?;
    let allowed: Vec<bool> = begun.iter().map(|begun| begun.result.is_ok()).collect();
    ensure!(
        allowed == [false, true],
        "beginning beside a paused row gave {allowed:?}"
    );
    Ok(())
}

pub(super) async fn quotas_hold_over_all_holders<H: StoreHarness>(harness: &H) -> Verdict {
    let mut scene = Scene::open(harness).await?;
    let quota = Quota::per_second(NonZeroU32::new(10).unwrap_or(NonZeroU32::MIN));
    scene.policy.quotas = Quotas::default().sender(quota);
    scene.add_many("key", 60).await?;
    let mut slots = Vec::new();
    for _ in 0..30 {
        let (left, right) = tokio::join!(scene.claim(4), scene.claim(3));
        slots.extend(
            [left?, right?]
                .concat()
                .iter()
                .map(|claimed| claimed.send_at),
        );
        scene.clock.advance(Duration::from_millis(100));
    }
    slots.sort_unstable();
    let too_close = slots.windows(2).filter(|pair| {
        let distance = Duration::try_from(pair[1].duration_since(pair[0]));
        distance.unwrap_or_default() < quota.interval()
    });
    let too_close = too_close.count();
    ensure!(
        too_close == 0,
        "{too_close} slots of one sender are too close"
    );
    ensure!(
        slots.len() >= 28,
        "{} of about 30 slots in 3 seconds were given",
        slots.len()
    );

    let scene = Scene::open(harness).await?;
    let (id, epoch) = scene.sending("throttled").await?;
    let claimed: Vec<Claimed> = {
        scene.add_many("claimed", 1).await?;
        scene.claim(10).await?
    };
    let delay = Duration::from_secs(10);
    let reason = Reason::new("throttled");
    scene
        .settle(id, epoch, Outcome::Refused { reason, delay })
        .await?;
    let rows: Vec<_> = claimed
        .iter()
        .map(|claimed| (claimed.row.id, claimed.row.epoch))
        .collect();
    let begun = scene.begin(&rows).await?;
    ensure!(
        begun.iter().all(|begun| begun.result.is_err()),
        "a row was begun after a 429"
    );
    scene.add_many("later", 1).await?;
    ensure!(
        scene.claim(10).await?.is_empty(),
        "rows were claimed after a 429"
    );
    scene.clock.advance(delay);
    let rows = scene.claim(10).await?.len();
    ensure!(rows == 3, "{rows} of 3 rows were claimed after the pause");
    Ok(())
}

pub(super) async fn the_states_add_up<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    scene.add_many("key", 30).await?;
    let write = async {
        loop {
            let rows = scene.claim(5).await?;
            if rows.is_empty() {
                return Ok::<_, String>(());
            }
            for claimed in rows {
                let (id, epoch) = (claimed.row.id, claimed.row.epoch);
                scene.begin(&[(id, epoch)]).await?;
                // A store that is always ready would leave the reader no turn.
                tokio::task::yield_now().await;
                scene.settle(id, epoch, accepted(&id.to_string())).await?;
                tokio::task::yield_now().await;
            }
        }
    };
    let read = async {
        for _ in 0..100 {
            let status = scene.store.status().await.map_err(failed)?;
            ensure!(
                status.total() == 30,
                "the states add up to {}, not 30",
                status.total()
            );
            ensure!(
                status.states.len() == State::ALL.len(),
                "a state is missing"
            );
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    let (written, read) = tokio::join!(write, read);
    written?;
    read?;
    let status = scene.store.status().await.map_err(failed)?;
    let sent = status.states.get(&State::Sent).copied();
    ensure!(sent == Some(30), "{sent:?} of 30 rows are sent");
    Ok(())
}

pub(super) async fn an_error_changes_nothing<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    scene.add_many("key", 2).await?;
    let list = [
        intent("a", "Hello")?,
        intent("b", "Hello")?,
        intent("c", "Hello")?,
    ];
    match scene.store.enqueue(&list, Some(4)).await {
        Ok(added) => return Err(format!("a list beyond the capacity gave {added:?}")),
        Err(error) => ensure!(error.effect() == Effect::NotDone, "the effect is unknown"),
    }
    let rows = scene.all().await?.len();
    ensure!(rows == 2, "a list that failed left {} rows", rows - 2);
    ensure!(
        scene
            .store
            .find("default", "a")
            .await
            .map_err(failed)?
            .is_none(),
        "a list that failed left a key"
    );
    Ok(())
}

pub(super) async fn a_restored_backup_does_not_send<H: StoreHarness>(harness: &H) -> Verdict {
    let mut scene = Scene::open(harness).await?;
    scene.add_many("key", 2).await?;
    scene.store = harness.restore(scene.store).await.map_err(failed)?;
    let status = scene.store.status().await.map_err(failed)?;
    ensure!(
        status.restored && status.total() == 2,
        "the backup is not seen as one"
    );
    let request = crate::ClaimRequest {
        accounts: vec!["default".to_owned()],
        limit: 10,
        lease: LEASE,
        policy: crate::Policy::default(),
    };
    match scene.store.claim(&request).await {
        Ok(_) => return Err("rows of a restored backup were claimed".to_owned()),
        Err(error) => ensure!(
            error.kind() == StoreErrorKind::Restored,
            "claiming failed with {:?}",
            error.kind()
        ),
    }
    scene.store.adopt().await.map_err(failed)?;
    let rows = scene.claim(10).await?.len();
    ensure!(rows == 2, "{rows} of 2 adopted rows were claimed");
    Ok(())
}

pub(super) async fn no_row_starves<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let mut expected = Vec::new();
    for priority in [Priority::Low, Priority::Normal, Priority::High] {
        let intent = intent(&format!("{priority:?}"), "Hello")?.priority(priority);
        expected.insert(0, scene.add(intent).await?.id());
        // Without priorities, the one that was added first would be the first.
        scene.clock.advance(Duration::from_micros(1));
    }
    let mut order = Vec::new();
    for _ in 0..3 {
        order.extend(scene.claim(1).await?.iter().map(|claimed| claimed.row.id));
    }
    ensure!(order == expected, "the priorities were not kept");

    let scene = Scene::open(harness).await?;
    let held = Selection::Scope(Scope::Campaign("held".to_owned()));
    scene.command(held, Command::Pause).await?;
    for n in 0..40 {
        scene
            .add(intent(&format!("held-{n}"), "Hello")?.campaign("held"))
            .await?;
    }
    scene.clock.advance(Duration::from_secs(1));
    scene.add(intent("free", "Hello")?).await?;
    let rows = scene.claim(5).await?.len();
    ensure!(
        rows == 1,
        "behind rows of a paused campaign {rows} rows were claimed"
    );

    let scene = Scene::open(harness).await?;
    scene.add_many("many", 40).await?;
    let sms = Sms::text("447700900009", RECIPIENT, "Hello").map_err(|error| error.to_string())?;
    let other = Intent::new("other", Submission::V1(sms.into()));
    let other = scene.add(other).await?.id();
    let rows = scene.claim(10).await?;
    ensure!(
        rows.len() == 10 && rows.iter().any(|claimed| claimed.row.id == other),
        "behind 40 rows of one sender the row of another was not claimed"
    );
    Ok(())
}

pub(super) async fn the_capacity_is_not_exceeded<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let (id, epoch) = scene.sending("first").await?;
    let second = [intent("second", "Hello")?];
    match scene.store.enqueue(&second, Some(1)).await {
        Ok(_) => return Err("a row beyond the capacity was added".to_owned()),
        Err(error) => ensure!(
            error.kind() == StoreErrorKind::Full,
            "enqueueing failed with {:?}",
            error.kind()
        ),
    }
    let known = [intent("first", "Hello")?];
    let added = scene.store.enqueue(&known, Some(1)).await;
    ensure!(added.is_ok(), "a known key needs room");
    scene.settle(id, epoch, accepted("uuid")).await?;
    let added = scene.store.enqueue(&second, Some(1)).await;
    ensure!(added.is_ok(), "a settled row takes room");
    Ok(())
}

pub(super) async fn commands_change_only_what_they_may<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let (doubtful, epoch) = scene.sending("in doubt").await?;
    scene.settle(doubtful, epoch, in_doubt()).await?;
    let (sending, _) = scene.sending("sending").await?;
    scene.add_many("queued", 5).await?;
    let all = || Selection::Scope(Scope::All);
    let cancel = CommandRequest {
        selection: all(),
        command: Command::Cancel,
        by: "suite".to_owned(),
        limit: 3,
    };
    let cancelled = scene.store.command(&cancel).await.map_err(failed)?;
    ensure!(
        (cancelled.count, cancelled.more) == (3, true),
        "cancelling gave {cancelled:?}"
    );
    let cancelled = scene.store.command(&cancel).await.map_err(failed)?;
    ensure!(
        (cancelled.count, cancelled.more) == (2, false),
        "cancelling gave {cancelled:?}"
    );
    let state = scene.state(sending).await?;
    ensure!(
        state == State::Sending,
        "a command made a sending row {state}"
    );
    let resolved = scene
        .command(all(), Command::Resolve(Resolution::Resend))
        .await?;
    ensure!(resolved == 1, "{resolved} rows were resent, not 1");
    let row = scene.row(doubtful).await?;
    ensure!(
        row.reference()
            .is_some_and(|reference| reference.resend() == 1),
        "a resend kept its reference"
    );
    let history = scene.store.show(doubtful).await.map_err(failed)?;
    let history = history.map(|detail| detail.history).unwrap_or_default();
    let by = history.last().and_then(|entry| entry.detail.clone());
    ensure!(
        by.as_deref() == Some("suite"),
        "the history does not name who decided: {by:?}"
    );
    Ok(())
}
