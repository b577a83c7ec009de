//! Campaigns: clauses 30 to 35.

use std::time::Duration;

use messages_sdk::types::{Template, Variables};
use serde_json::json;

use crate::campaign::{
    Brake, Campaign, CampaignSettings, Prices, Ramp, Recipient, RecipientIntent, RecipientState,
    SpendCap,
};
use crate::row::{Outcome, Reason, State};
use crate::store::{
    CampaignReport, CampaignStore, Consent, Control, ControlRequest, Created, Fact, Imported,
    OutboxStore, ReleaseRequest, Releases,
};
use crate::testing::scene::{SENDER, Scene, failed};
use crate::testing::{StoreHarness, Verdict, ensure};

const NAME: &str = "spring";

/// A store with campaigns, and short ways to their requests.
struct Stage<S> {
    scene: Scene<S>,
}

fn settings() -> Result<CampaignSettings, String> {
    let template = Template::new(json!({
        "channel": "sms", "message_type": "text",
        "from": SENDER, "to": "{{phone}}", "text": "Hello {{name}}"
    }));
    template
        .map(CampaignSettings::new)
        .map_err(|problems| problems.to_string())
}

fn phone(n: u64) -> String {
    format!("4477009{n:05}")
}

fn recipient(campaign: &Campaign, n: u64, name: &str) -> Result<RecipientIntent, String> {
    let variables = Variables::from([("phone", phone(n)), ("name", name.to_owned())]);
    let intent = RecipientIntent::new(campaign, variables).map_err(failed)?;
    Ok(intent.line(n + 2))
}

fn rejected() -> Outcome {
    Outcome::Rejected(Reason::new("refused"))
}

impl<S: OutboxStore> Stage<S> {
    async fn open<H: StoreHarness<Store = S>>(harness: &H) -> Result<Self, String> {
        let scene = Scene::open(harness).await?;
        Ok(Self { scene })
    }

    fn campaigns(&self) -> Result<&dyn CampaignStore, String> {
        let campaigns = self.scene.store.campaigns();
        campaigns.ok_or_else(|| "the store does not have campaigns".to_owned())
    }

    async fn create(&self, settings: &CampaignSettings) -> Result<Campaign, String> {
        let created = self.campaigns()?.create_campaign(NAME, settings).await;
        match created.map_err(failed)? {
            Created::New(campaign) => Ok(campaign),
            other => Err(format!("a new campaign is {other:?}")),
        }
    }

    /// A campaign with this number of recipients.
    async fn prepare(&self, settings: &CampaignSettings, count: u64) -> Result<Campaign, String> {
        let campaign = self.create(settings).await?;
        let recipients = (0..count).map(|n| recipient(&campaign, n, "Ada"));
        let recipients: Vec<_> = recipients.collect::<Result<_, _>>()?;
        self.import(&recipients).await?;
        Ok(campaign)
    }

    async fn import(&self, recipients: &[RecipientIntent]) -> Result<Vec<Imported>, String> {
        let imported = self.campaigns()?.import_recipients(NAME, recipients).await;
        imported.map_err(failed)
    }

    async fn release(&self, limit: u32) -> Result<Releases, String> {
        let request = ReleaseRequest {
            accounts: vec!["default".to_owned()],
            limit,
            backlog: 1_000,
        };
        let released = self.campaigns()?.release_recipients(&request).await;
        released.map_err(failed)
    }

    async fn control(&self, control: Control) -> Verdict {
        let request = ControlRequest {
            name: NAME.to_owned(),
            control,
            limit: 1_000,
        };
        let affected = self.campaigns()?.control_campaign(&request).await;
        let affected = affected.map_err(failed)?;
        affected
            .map(drop)
            .ok_or_else(|| "the campaign is unknown".to_owned())
    }

    async fn report(&self) -> Result<CampaignReport, String> {
        let report = self.campaigns()?.show_campaign(NAME).await;
        report
            .map_err(failed)?
            .ok_or_else(|| "the campaign is unknown".to_owned())
    }

    async fn recipients(&self) -> Result<Vec<Recipient>, String> {
        let recipients = self.campaigns()?.list_recipients(NAME, 0, 10_000).await;
        let recipients = recipients.map_err(failed)?;
        Ok(recipients.into_iter().map(|one| one.recipient).collect())
    }

    /// Sends all due rows, which fail.
    async fn fail_all(&self) -> Verdict {
        self.settle(1_000, &rejected()).await
    }

    /// Sends due rows up to a number, with this outcome.
    async fn settle(&self, limit: u32, outcome: &Outcome) -> Verdict {
        for claimed in self.scene.claim(limit).await? {
            let (id, epoch) = (claimed.row.id, claimed.row.epoch);
            self.scene.begin(&[(id, epoch)]).await?;
            self.scene.settle(id, epoch, outcome.clone()).await?;
        }
        Ok(())
    }
}

pub(super) async fn import_is_idempotent<H: StoreHarness>(harness: &H) -> Verdict {
    let mut stage = Stage::open(harness).await?;
    let campaign = stage.create(&settings()?).await?;
    let first = [
        recipient(&campaign, 0, "Ada")?,
        recipient(&campaign, 1, "Bob")?,
    ];
    let imported = stage.import(&first).await?;
    ensure!(
        imported == [Imported::New; 2],
        "new recipients are {imported:?}"
    );
    stage.scene.store = harness.crash(stage.scene.store).await.map_err(failed)?;
    let again = [
        first[0].clone(),
        first[1].clone().line(9),
        recipient(&campaign, 1, "Eve")?,
        recipient(&campaign, 2, "Eve")?,
        recipient(&campaign, 2, "Eve")?.line(12),
    ];
    let imported = stage.import(&again).await?;
    let expected = [
        Imported::Existing,
        Imported::Duplicate { line: Some(3) },
        Imported::Conflict { line: Some(3) },
        Imported::New,
        Imported::Duplicate { line: Some(4) },
    ];
    ensure!(imported == expected, "repeated recipients are {imported:?}");
    stage.release(100).await?;
    let imported = stage.import(&first).await?;
    ensure!(
        imported == [Imported::Existing; 2],
        "released recipients are {imported:?}"
    );
    let count = stage.recipients().await?.len();
    ensure!(count == 3, "3 recipients are {count}");
    let unknown = stage.campaigns()?.import_recipients("other", &first).await;
    ensure!(
        unknown.is_err(),
        "recipients of an unknown campaign were added"
    );
    let known = stage
        .campaigns()?
        .create_campaign(NAME, &settings()?)
        .await
        .map_err(failed)?;
    ensure!(
        matches!(known, Created::Existing(_)),
        "the same campaign is {known:?}"
    );
    let mut other = settings()?;
    other.ramp = Ramp::new(1, 2, 3);
    let known = stage.campaigns()?.create_campaign(NAME, &other).await;
    let known = known.map_err(failed)?;
    ensure!(
        matches!(known, Created::Conflict(_)),
        "a campaign with other settings is {known:?}"
    );
    Ok(())
}

pub(super) async fn a_recipient_is_released_once<H: StoreHarness>(harness: &H) -> Verdict {
    let mut stage = Stage::open(harness).await?;
    stage.prepare(&settings()?, 40).await?;
    let (first, second) = tokio::join!(stage.release(25), stage.release(25));
    // One of them may have been refused because of the other.
    let released = [first, second].into_iter().flatten();
    let released: u64 = released.map(|releases| releases.released).sum();
    let rows = stage.scene.all().await?;
    ensure!(
        rows.len() as u64 == released && released >= 25,
        "{released} releases made {} rows",
        rows.len()
    );
    stage.scene.store = harness.crash(stage.scene.store).await.map_err(failed)?;
    while stage.release(7).await?.released > 0 {}
    let rows = stage.scene.all().await?;
    ensure!(rows.len() == 40, "40 recipients have {} rows", rows.len());
    for recipient in stage.recipients().await? {
        let is_row = |id| {
            rows.iter()
                .any(|row| row.id == id && row.details.recipient_hash == Some(recipient.hash))
        };
        ensure!(
            recipient.state == RecipientState::Released && recipient.id.is_some_and(is_row),
            "a recipient is {recipient:?}, without a row of its own"
        );
        ensure!(
            recipient.variables.is_none(),
            "a released recipient has its values"
        );
    }
    for claimed in stage.scene.claim(40).await? {
        let payload: serde_json::Value =
            serde_json::from_slice(&claimed.payload).map_err(failed)?;
        let recipient = claimed.row.details.recipient.as_deref();
        ensure!(
            payload["text"] == "Hello Ada" && payload["to"].as_str() == recipient,
            "a row's message is another one"
        );
    }
    Ok(())
}

pub(super) async fn a_pause_stops_releases<H: StoreHarness>(harness: &H) -> Verdict {
    let stage = Stage::open(harness).await?;
    stage.prepare(&settings()?, 10).await?;
    stage.release(4).await?;
    stage.control(Control::Pause).await?;
    let released = stage.release(100).await?.released;
    ensure!(released == 0, "a paused campaign released {released}");
    let claimed = stage.scene.claim(100).await?.len();
    ensure!(
        claimed == 0,
        "{claimed} rows of a paused campaign were claimed"
    );
    stage.control(Control::Resume).await?;
    let released = stage.release(3).await?.released;
    ensure!(released == 3, "a resumed campaign released {released} of 3");
    stage.control(Control::Cancel).await?;
    let released = stage.release(100).await?.released;
    ensure!(released == 0, "a cancelled campaign released {released}");
    let skipped = stage.report().await?.counts.of("skipped");
    ensure!(skipped == 3, "{skipped} of 3 recipients were skipped");
    Ok(())
}

pub(super) async fn limits_hold<H: StoreHarness>(harness: &H) -> Verdict {
    a_campaign_begins_at_its_time(harness).await?;
    a_ramp_holds(harness).await?;
    a_brake_pauses(harness).await?;
    a_brake_stops_the_last_rows(harness).await?;
    a_spend_cap_pauses(harness).await
}

async fn a_campaign_begins_at_its_time<H: StoreHarness>(harness: &H) -> Verdict {
    let stage = Stage::open(harness).await?;
    let mut settings = settings()?;
    let begin = crate::testing::scene::beginning() + Duration::from_secs(60);
    settings.send_at = Some(begin);
    stage.prepare(&settings, 2).await?;
    let early = stage.release(10).await?;
    ensure!(
        early.released == 0 && early.next == Some(begin),
        "before its beginning a campaign released {}, and the next are due at {:?}",
        early.released,
        early.next
    );
    stage.scene.clock.advance(Duration::from_secs(60));
    let released = stage.release(10).await?.released;
    ensure!(released == 2, "{released} of 2 recipients were released");
    Ok(())
}

async fn a_ramp_holds<H: StoreHarness>(harness: &H) -> Verdict {
    let stage = Stage::open(harness).await?;
    let mut settings = settings()?;
    settings.ramp = Ramp::new(2, 4, 5);
    stage.prepare(&settings, 40).await?;
    let mut seconds = Vec::new();
    for _ in 0..9 {
        let mut released = 0;
        for _ in 0..4 {
            released += stage.release(100).await?.released;
            stage.scene.clock.advance(Duration::from_millis(250));
        }
        seconds.push(released);
    }
    ensure!(
        seconds[..5] == [2; 5] && seconds[6..] == [4; 3],
        "a ramp from 2 to 4 released {seconds:?}"
    );
    stage.scene.clock.advance(Duration::from_secs(3_600));
    let released = stage.release(100).await?.released;
    ensure!(
        released <= 5,
        "after an hour without workers, {released} were released at once"
    );
    Ok(())
}

async fn a_brake_pauses<H: StoreHarness>(harness: &H) -> Verdict {
    let stage = Stage::open(harness).await?;
    let mut settings = settings()?;
    settings.brake = Brake::new(50, 4);
    stage.prepare(&settings, 20).await?;
    stage.release(100).await?;
    stage.fail_all().await?;
    let releases = stage.release(100).await?;
    ensure!(
        (releases.released, releases.paused) == (0, 1),
        "after 4 failures, {} were released",
        releases.released
    );
    let rows = stage.scene.all().await?;
    let failed = rows.iter().filter(|row| row.state == State::Failed).count();
    ensure!(failed == 4, "the brake at 4 let {failed} fail");
    stage.scene.clock.advance(Duration::from_secs(1));
    stage.control(Control::Resume).await?;
    let released = stage.release(100).await?.released;
    ensure!(released > 0, "a resumed campaign released nothing");
    Ok(())
}

/// The failures come when no recipient is pending any more.
async fn a_brake_stops_the_last_rows<H: StoreHarness>(harness: &H) -> Verdict {
    let stage = Stage::open(harness).await?;
    let mut settings = settings()?;
    settings.brake = Brake::new(50, 4);
    stage.prepare(&settings, 8).await?;
    stage.release(100).await?;
    let accepted = Outcome::Accepted {
        message_uuid: None,
        workflow_id: None,
    };
    stage.settle(4, &accepted).await?;
    stage.release(100).await?;
    stage.scene.clock.advance(Duration::from_secs(1));
    stage.settle(2, &rejected()).await?;
    let watched = stage.release(100).await?.watched;
    ensure!(watched == 1, "{watched} of 1 campaign is watched");
    stage.settle(1, &rejected()).await?;
    let paused = stage.release(100).await?.paused;
    let claimed = stage.scene.claim(100).await?.len();
    ensure!(
        (paused, claimed) == (1, 0),
        "after 3 failures of 4, the last row is claimed {claimed} times"
    );
    Ok(())
}

async fn a_spend_cap_pauses<H: StoreHarness>(harness: &H) -> Verdict {
    let stage = Stage::open(harness).await?;
    let mut settings = settings()?;
    settings.prices = Some(Prices::new("EUR", [("sms/44", "0.04")]).map_err(failed)?);
    settings.spend_cap = Some(SpendCap::new("0.11").map_err(failed)?);
    stage.prepare(&settings, 5).await?;
    let first = stage.release(100).await?;
    let second = stage.release(100).await?;
    ensure!(
        (first.released, second.released) == (2, 0),
        "a cap of 0.11 released {} and {} at 0.04 each",
        first.released,
        second.released
    );
    let claimed = stage.scene.claim(100).await?.len();
    ensure!(claimed == 2, "{claimed} of 2 released rows are sent");
    let paused = stage.release(100).await?.paused;
    let spent = stage.report().await?.status.campaign.progress.spent;
    ensure!(
        (paused, spent) == (1, 80_000),
        "{paused} campaigns at their cap are paused"
    );
    Ok(())
}

pub(super) async fn the_counts_add_up<H: StoreHarness>(harness: &H) -> Verdict {
    let stage = Stage::open(harness).await?;
    let mut settings = settings()?;
    let mut other = settings.variants[0].clone();
    other.name = "b".to_owned();
    other.weight = 3;
    settings.variants.push(other);
    stage.prepare(&settings, 200).await?;
    stage.release(60).await?;
    stage.fail_all().await?;
    stage.release(50).await?;
    let counts = stage.report().await?.counts;
    let states = ["failed", "queued", "pending"].map(|state| counts.of(state));
    ensure!(
        states == [60, 50, 90] && counts.total() == 200,
        "the counts are {states:?} of {}",
        counts.total()
    );
    let of_second = counts.states.iter().filter(|(key, _)| key.variant == 1);
    let of_second: u64 = of_second.map(|(_, count)| count).sum();
    ensure!(
        (120..=175).contains(&of_second),
        "{of_second} of 200 recipients have the variant of weight 3 of 4"
    );
    Ok(())
}

pub(super) async fn opt_outs_hold<H: StoreHarness>(harness: &H) -> Verdict {
    let stage = Stage::open(harness).await?;
    stage.prepare(&settings()?, 5).await?;
    stage.release(2).await?;
    for n in [1, 3] {
        let consent = Consent {
            group: Consent::EVERY_GROUP.to_owned(),
            recipient: phone(n),
            opted_out: true,
            at: None,
        };
        stage.scene.apply(Fact::Consent(consent)).await?;
    }
    let forgotten = stage.scene.store.forget(&[phone(4)]).await;
    forgotten.map_err(failed)?;
    stage.release(100).await?;
    let claimed = stage.scene.claim(100).await?;
    let mut sent: Vec<_> = claimed
        .iter()
        .filter_map(|claimed| claimed.row.details.recipient.clone())
        .collect();
    sent.sort_unstable();
    ensure!(
        sent == [phone(0), phone(2)],
        "{} of 2 recipients who did not opt out are sent to",
        sent.len()
    );
    let recipients = stage.recipients().await?;
    let last = recipients.last();
    ensure!(
        last.is_some_and(|last| last.variables.is_none() && last.state == RecipientState::Skipped),
        "a forgotten recipient is {last:?}"
    );
    Ok(())
}
