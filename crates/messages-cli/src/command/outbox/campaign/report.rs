//! Reports of campaigns.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use messages_outbox::campaign::Variant;
use messages_outbox::{CampaignReport, CampaignStatus, CampaignStore, RecipientDetail, RowId};
use serde::Serialize;

use super::super::store::failed;
use super::{amount, unknown};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::io::progress::Progress;
use crate::settings::Settings;

/// Recipients read at once.
const PAGE: u32 = 1_000;
/// Interval of the looks of `--watch`.
const WATCH: Duration = Duration::from_secs(1);
/// States of recipients and rows whose outcome is pending.
const OPEN: [&str; 5] = ["pending", "queued", "claimed", "sending", "active"];

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Name of the campaign
    #[arg(value_name = "NAME")]
    name: String,

    /// Waits until all recipients have an outcome, with the progress on a terminal, and reports then
    #[arg(long)]
    watch: bool,
}

/// A campaign in a list.
#[derive(Serialize)]
struct Listed<'a> {
    campaign: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pause: Option<&'static str>,
    recipients: u64,
    released: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    spent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
}

/// Counts of a campaign; the states add up to the number of recipients.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    listed: Listed<'a>,
    states: BTreeMap<&'a str, u64>,
    /// Number of skipped recipients by reason.
    skipped: BTreeMap<&'a str, u64>,
    statuses: &'a BTreeMap<String, u64>,
    variants: BTreeMap<&'a str, BTreeMap<&'a str, u64>>,
}

/// A recipient, without its number.
#[derive(Serialize)]
struct Exported<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    variant: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<RowId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_uuid: Option<String>,
}

impl<'a> Exported<'a> {
    fn new(detail: RecipientDetail, variants: &'a [Variant]) -> Self {
        let RecipientDetail {
            recipient,
            row,
            run,
        } = detail;
        let variant = variants.get(usize::from(recipient.variant));
        let mut exported = Self {
            line: recipient.line,
            variant: variant.map_or("", |variant| &variant.name),
            state: recipient.state.as_str(),
            status: None,
            reason: recipient.reason,
            id: recipient.id,
            message_uuid: None,
        };
        if let Some(row) = row {
            exported.state = row.state.as_str();
            exported.status = row.status.map(|status| status.as_str().to_owned());
            exported.reason = row.reason.map(|reason| reason.code);
            exported.message_uuid = row.message_uuid;
        } else if let Some(run) = run {
            exported.state = run.state.as_str();
        }
        exported
    }
}

impl<'a> Listed<'a> {
    fn new(status: &'a CampaignStatus) -> Self {
        let campaign = &status.campaign;
        let pause = campaign.progress.pause.filter(|_| status.held);
        let prices = campaign.settings.prices.as_ref();
        Self {
            campaign: &campaign.name,
            state: status.state(),
            pause: pause.map(|reason| reason.as_str()),
            recipients: campaign.progress.recipients,
            released: campaign.progress.released,
            spent: prices.map(|_| amount(campaign.progress.spent)),
            currency: prices.map(|prices| prices.currency()),
        }
    }

    fn line(&self) -> Line {
        let line = Line::new().strong(self.campaign).plain(" ");
        let line = match self.state {
            "paused" => line.warn(self.state),
            "cancelled" => line.bad(self.state),
            _ => line.good(self.state),
        };
        let line = match self.pause {
            Some(reason) => line.plain(format!(" ({reason})")),
            None => line,
        };
        let line = line.plain(format!(
            ": {} of {} recipients released",
            self.released, self.recipients
        ));
        match (&self.spent, self.currency) {
            (Some(spent), Some(currency)) => line.dim(format!(", {spent} ")).dim(currency),
            _ => line,
        }
    }
}

/// Prints the campaigns of a store.
pub(super) async fn list(
    settings: &Settings,
    campaigns: &dyn CampaignStore,
) -> Result<Exit, CommandError> {
    for status in campaigns.list_campaigns().await.map_err(failed)? {
        let listed = Listed::new(&status);
        settings.out.result(&listed, |listed| vec![listed.line()])?;
    }
    Ok(Exit::Done)
}

impl ReportArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        campaigns: &dyn CampaignStore,
    ) -> Result<Exit, CommandError> {
        let mut report = self.read(campaigns).await?;
        if self.watch {
            let progress = Progress::new(Some(report.counts.total()));
            while open(&report) > 0 && !report.status.held {
                let ended = report.counts.total() - open(&report);
                progress.update(
                    ended,
                    ended,
                    &format!("{ended} of {}", report.counts.total()),
                );
                tokio::time::sleep(WATCH).await;
                report = self.read(campaigns).await?;
            }
            progress.finish();
        }
        let shown = Report::new(&report);
        settings.out.result(&shown, Report::lines)?;
        Ok(Exit::Done)
    }

    async fn read(&self, campaigns: &dyn CampaignStore) -> Result<CampaignReport, CommandError> {
        let report = campaigns.show_campaign(&self.name).await.map_err(failed)?;
        report.ok_or_else(|| unknown(&self.name))
    }
}

/// Number of recipients whose outcome is pending.
fn open(report: &CampaignReport) -> u64 {
    OPEN.iter().map(|state| report.counts.of(state)).sum()
}

impl<'a> Report<'a> {
    fn new(report: &'a CampaignReport) -> Self {
        let mut shown = Self {
            listed: Listed::new(&report.status),
            states: BTreeMap::new(),
            skipped: BTreeMap::new(),
            statuses: &report.counts.statuses,
            variants: BTreeMap::new(),
        };
        let variants = &report.status.campaign.settings.variants;
        for (key, count) in &report.counts.states {
            *shown.states.entry(&key.state).or_default() += count;
            if let Some(reason) = &key.reason {
                *shown.skipped.entry(reason).or_default() += count;
            }
            if let Some(variant) = variants.get(usize::from(key.variant)) {
                let states = shown.variants.entry(&variant.name).or_default();
                *states.entry(&key.state).or_default() += count;
            }
        }
        shown
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = vec![self.listed.line()];
        let count = |count: &u64| Line::new().plain(format!("{count:>9} "));
        for (state, number) in &self.states {
            lines.push(match *state {
                "sent" | "completed" => count(number).good(state),
                "in_doubt" | "abandoned" | "exhausted" => count(number).warn(state),
                "failed" | "expired" => count(number).bad(state),
                _ => count(number).plain(state),
            });
        }
        for (reason, number) in &self.skipped {
            lines.push(count(number).plain("skipped, ").plain(reason));
        }
        for (status, number) in self.statuses {
            lines.push(count(number).plain("sent, ").plain(status));
        }
        if self.variants.len() > 1 {
            for (variant, states) in &self.variants {
                for (state, number) in states {
                    let line = count(number).plain("of variant ").plain(variant);
                    lines.push(line.plain(", ").plain(state));
                }
            }
        }
        lines
    }
}

/// Writes the recipients of a campaign.
pub(super) async fn export(
    settings: &Settings,
    campaigns: &dyn CampaignStore,
    name: &str,
) -> Result<Exit, CommandError> {
    let listed = campaigns.list_campaigns().await.map_err(failed)?;
    let mut listed = listed.into_iter().map(|status| status.campaign);
    let campaign = listed.find(|campaign| campaign.name == name);
    let campaign = campaign.ok_or_else(|| unknown(name))?;
    let mut from = 0;
    loop {
        let recipients = campaigns.list_recipients(name, from, PAGE).await;
        let recipients = recipients.map_err(failed)?;
        let Some(last) = recipients.last() else {
            return Ok(Exit::Done);
        };
        from = last.recipient.number + 1;
        let variants = &campaign.settings.variants;
        let page = recipients
            .into_iter()
            .map(|detail| Exported::new(detail, variants));
        settings.out.objects(&page.collect::<Vec<_>>())?;
    }
}
