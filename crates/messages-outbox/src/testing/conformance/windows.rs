//! Windows: clause 21.

use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::Submission;
use messages_sdk::types::v1::{Messenger, Sms};

use crate::intent::Intent;
use crate::row::{Refused, State};
use crate::testing::scene::{RECIPIENT, SENDER, Scene, failed, intent};
use crate::testing::{StoreHarness, Verdict, ensure};
use crate::window::{Window, Zone};

/// Half an hour after midnight in the recipient's country, on a day after the beginning of the checks.
const OPENS: &str = "2023-11-15T00:30:00Z";

pub(super) async fn windows_hold<H: StoreHarness>(harness: &H) -> Verdict {
    a_closed_window_defers(harness).await?;
    a_window_that_closes_stops_begin(harness).await?;
    a_row_expires_before_its_window_opens(harness).await?;
    unknown_zones_suppress(harness).await
}

async fn a_closed_window_defers<H: StoreHarness>(harness: &H) -> Verdict {
    let mut scene = Scene::open(harness).await?;
    let of_number = scene.add(windowed("number", ["00:30", "00:31"])?).await?;
    let tokyo = zone("Asia/Tokyo")?;
    let of_zone = windowed("zone", ["09:30", "09:31"])?.zone(tokyo);
    let of_zone = scene.add(of_zone).await?;
    ensure!(
        scene.claim(10).await?.is_empty(),
        "a row was claimed while its window was closed"
    );
    scene.store = harness.crash(scene.store).await.map_err(failed)?;
    for id in [of_number.id(), of_zone.id()] {
        let row = scene.row(id).await?;
        ensure!(
            row.state == State::Queued && row.due_at == opens()?,
            "a closed window made the row {}, due at {}",
            row.state,
            row.due_at
        );
        let reason = row.reason.map(|reason| reason.code);
        ensure!(
            reason.as_deref() == Some("window_closed"),
            "the reason is {reason:?}"
        );
    }
    advance_to(&scene, opens()?)?;
    let rows = scene.claim(10).await?.len();
    ensure!(rows == 2, "{rows} of 2 rows were claimed in their windows");
    Ok(())
}

async fn a_window_that_closes_stops_begin<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    advance_to(&scene, opens()? + Duration::from_secs(50))?;
    let id = scene.add(windowed("key", ["00:30", "00:31"])?).await?.id();
    let claimed = scene.claim(10).await?;
    let epoch = claimed.first().map_or(0, |claimed| claimed.row.epoch);
    scene.clock.advance(Duration::from_secs(10));
    let begun = scene.begin(&[(id, epoch)]).await?;
    ensure!(
        begun[0].result == Err(Refused::TooEarly),
        "a row was begun after its window closed: {:?}",
        begun[0].result
    );
    scene.claim(10).await?;
    let row = scene.row(id).await?;
    let next = opens()? + Duration::from_secs(24 * 3600);
    ensure!(
        row.state == State::Queued && row.due_at == next,
        "the row is {}, due at {}",
        row.state,
        row.due_at
    );
    Ok(())
}

async fn a_row_expires_before_its_window_opens<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let end = opens()? - Duration::from_secs(60);
    let intent = windowed("key", ["00:30", "00:31"])?.send_before(end);
    let id = scene.add(intent).await?.id();
    scene.claim(10).await?;
    advance_to(&scene, end)?;
    scene.claim(10).await?;
    let state = scene.state(id).await?;
    ensure!(
        state == State::Expired,
        "a row whose window opened too late is {state}"
    );
    Ok(())
}

async fn unknown_zones_suppress<H: StoreHarness>(harness: &H) -> Verdict {
    let satellite =
        Sms::text(SENDER, "870773000000", "Hello").map_err(|problems| problems.to_string())?;
    // An ID that looks like a number of the United Kingdom.
    let messenger = Messenger::text("1234567890", RECIPIENT, "Hello")
        .map_err(|problems| problems.to_string())?;
    let america =
        Sms::text(SENDER, "12125550100", "Hello").map_err(|problems| problems.to_string())?;
    let hour = ["12:00", "13:00"];
    let cases = [
        (Submission::V1(satellite.into()), None, "zone_unknown"),
        (Submission::V1(messenger.into()), None, "zone_unknown"),
        (
            Submission::V1(america.clone().into()),
            Some("America/Atlantis"),
            "zone_unknown",
        ),
        (Submission::V1(america.into()), None, "window_never_open"),
    ];
    let scene = Scene::open(harness).await?;
    for (number, (submission, name, expected)) in cases.into_iter().enumerate() {
        let mut intent = Intent::new(format!("key-{number}"), submission).window(window(hour)?);
        if let Some(name) = name {
            intent = intent.zone(zone(name)?);
        }
        let id = scene.add(intent).await?.id();
        scene.claim(10).await?;
        let row = scene.row(id).await?;
        let reason = row.reason.map(|reason| reason.code);
        ensure!(
            row.state == State::Suppressed && reason.as_deref() == Some(expected),
            "case {number}: the row is {}, for the reason {reason:?}",
            row.state
        );
    }
    Ok(())
}

fn windowed(key: &str, hours: [&str; 2]) -> Result<Intent, String> {
    Ok(intent(key, "Hello")?.window(window(hours)?))
}

fn window([from, to]: [&str; 2]) -> Result<Window, String> {
    Window::new(from, to).map_err(|problems| problems.to_string())
}

fn zone(name: &str) -> Result<Zone, String> {
    Zone::new(name).map_err(|invalid| invalid.to_string())
}

fn opens() -> Result<Timestamp, String> {
    OPENS.parse().map_err(|_| "not a time".to_owned())
}

fn advance_to<S>(scene: &Scene<S>, time: Timestamp) -> Verdict {
    use crate::store::StoreClock;

    let wait = time.duration_since(scene.clock.now());
    scene.clock.advance(wait.try_into().unwrap_or_default());
    Ok(())
}
