//! Webhooks: clauses 7, 8 and 18.

use std::time::Duration;

use messages_sdk::types::Status;

use crate::id::RowId;
use crate::row::{Reason, Row, State};
use crate::store::{Applied, Consent, Fact, OutboxStore};
use crate::suppression::SenderGroups;
use crate::testing::scene::{RECIPIENT, SENDER, Scene, accepted, beginning, intent, status};
use crate::testing::{StoreHarness, Verdict, ensure};

/// Facts about one row, and the outcome of its POST.
#[derive(Clone, Copy)]
enum Step {
    Response,
    Submitted,
    Delivered,
    Read,
}

pub(super) async fn order_does_not_count<H: StoreHarness>(harness: &H) -> Verdict {
    use Step::{Delivered, Read, Response, Submitted};
    let orders = [
        [Response, Submitted, Delivered, Read],
        [Submitted, Response, Delivered, Read],
        [Read, Delivered, Submitted, Response],
        [Delivered, Read, Response, Submitted],
        [Read, Response, Submitted, Delivered],
        [Submitted, Delivered, Read, Response],
    ];
    let scene = Scene::open(harness).await?;
    for (number, order) in orders.into_iter().enumerate() {
        let (id, epoch) = scene.sending(&format!("key-{number}")).await?;
        for step in order {
            take(&scene, id, epoch, number, step).await?;
            let once = scene.row(id).await?;
            take(&scene, id, epoch, number, step).await?;
            ensure!(scene.row(id).await? == once, "a repetition changed the row");
        }
        let row = scene.row(id).await?;
        ensure!(row.state == State::Sent, "the row is {}", row.state);
        ensure!(
            row.status == Some(Status::Read),
            "a later status was overwritten"
        );
        ensure!(
            row.contradictions == 0,
            "an order counts as a contradiction"
        );
    }
    Ok(())
}

async fn take<S: OutboxStore>(
    scene: &Scene<S>,
    id: RowId,
    epoch: u64,
    number: usize,
    step: Step,
) -> Verdict {
    let uuid = format!("uuid-{number}");
    let reference = scene.row(id).await?.reference();
    let fact = match step {
        Step::Response => {
            scene.settle(id, epoch, accepted(&uuid)).await?;
            return Ok(());
        }
        Step::Submitted => Status::Submitted,
        Step::Delivered => Status::Delivered,
        Step::Read => Status::Read,
    };
    scene.apply(status(reference, &uuid, fact)).await?;
    Ok(())
}

pub(super) async fn early_statuses_join<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let (id, epoch) = scene.sending("key").await?;
    let delivered = || status(None, "uuid", Status::Delivered);
    let applied = scene.apply(delivered()).await?;
    ensure!(
        applied == Applied::Parked,
        "an unknown message gave {applied:?}"
    );
    scene.apply(delivered()).await?;
    scene.settle(id, epoch, accepted("uuid")).await?;
    let row = scene.row(id).await?;
    ensure!(
        row.status == Some(Status::Delivered),
        "a parked status did not join"
    );
    let parked = scene
        .store
        .status()
        .await
        .map_err(|error| error.to_string())?
        .parked;
    ensure!(parked == 0, "{parked} facts are still parked");

    let (late, epoch) = scene.sending("late").await?;
    scene.apply(status(None, "late", Status::Delivered)).await?;
    scene.clock.advance(Duration::from_secs(72 * 3600));
    let reaped = scene.reap().await?;
    ensure!(
        reaped.discarded == 1,
        "{} facts were discarded",
        reaped.discarded
    );
    scene.settle(late, epoch, accepted("late")).await?;
    let row: Row = scene.row(late).await?;
    ensure!(row.status.is_none(), "a discarded fact joined");
    ensure!(
        row.state == State::Sent,
        "a late response made the row {}",
        row.state
    );
    Ok(())
}

pub(super) async fn opt_outs_hold_for_their_group<H: StoreHarness>(harness: &H) -> Verdict {
    let mut scene = Scene::open(harness).await?;
    scene.policy.groups = SenderGroups::default().group("shop", [SENDER]);
    let consent = |group: &str, opted_out| {
        Fact::Consent(Consent {
            group: group.to_owned(),
            recipient: RECIPIENT.to_owned(),
            opted_out,
            at: None,
        })
    };
    scene.apply(consent("other", true)).await?;
    let (other, _) = scene.claimed("other group").await?;
    ensure!(
        scene.state(other).await? == State::Claimed,
        "an opt-out of another group counts"
    );
    scene.apply(consent("shop", true)).await?;
    let id = scene.add(intent("key", "Hello")?).await?.id();
    ensure!(
        scene.claim(10).await?.is_empty(),
        "a recipient who opted out is claimed"
    );
    let row = scene.row(id).await?;
    ensure!(row.state == State::Suppressed, "the row is {}", row.state);
    ensure!(
        row.reason == Some(Reason::new("opted_out")),
        "the reason is {:?}",
        row.reason
    );
    scene.clock.advance(Duration::from_secs(1));
    scene.apply(consent("shop", false)).await?;
    let late = Fact::Consent(Consent {
        group: "shop".to_owned(),
        recipient: RECIPIENT.to_owned(),
        opted_out: true,
        at: Some(beginning()),
    });
    scene.apply(late).await?;
    scene.add(intent("again", "Hello")?).await?;
    let rows = scene.claim(10).await?.len();
    ensure!(rows == 1, "after an opt-in {rows} rows were claimed");
    Ok(())
}
