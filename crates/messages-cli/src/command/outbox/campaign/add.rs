//! `outbox add --campaign --template`: imports the recipients of a campaign.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use messages_outbox::campaign::{Campaign, RecipientIntent, RenderedDocument, RenderingError};
use messages_outbox::{CampaignStore, Created, DefinitionError, Imported};
use messages_sdk::types::Variables;
use serde::Serialize;

use super::super::store::failed;
use super::amount;
use super::settings::zone_of_recipient;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::finding::Finding;
use crate::io::output::{Line, Output};
use crate::io::progress::Progress;
use crate::send::SendReport;
use crate::send::input::{Item, Opened, print_invalid};

/// Most recipients that are stored in one transaction: with more, the pages that it changes take more memory than the cache.
const AT_ONCE: usize = 250;

/// Most duplicates, conflicts and invalid recipients that are shown one by one.
const SHOWN_MAX: u64 = 20;

/// An import of recipients.
pub(crate) struct Import<'a> {
    pub(crate) campaign: Campaign,
    pub(crate) zone_column: Option<&'a str>,
    pub(crate) out: Output,
    pub(crate) skip_invalid: bool,
    pub(crate) allow_duplicates: bool,
}

/// Counts of an import.
#[derive(Default, Serialize)]
struct Summary {
    added: u64,
    existing: u64,
    duplicate: u64,
    conflict: u64,
    invalid: u64,
}

/// Totals of a campaign before it is imported.
#[derive(Default, Serialize)]
struct Totals {
    recipients: u64,
    /// Rows of recipients that have another row before them.
    duplicate: u64,
    invalid: u64,
    /// Messages, or of workflows and journeys the messages they may send.
    messages: u64,
    segments: u64,
    /// Number of messages, segments and price by channel and calling code.
    countries: BTreeMap<String, Country>,
    variants: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    /// Messages without a price.
    unpriced: u64,
}

#[derive(Default, Serialize)]
struct Country {
    messages: u64,
    segments: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<String>,
    #[serde(skip)]
    millionths: u64,
}

impl Import<'_> {
    /// Checks all inputs that can be read twice, and stores their recipients.
    pub(crate) async fn run(
        self,
        store: &dyn CampaignStore,
        mut inputs: Vec<Opened>,
    ) -> Result<Exit, CommandError> {
        let mut summary = Summary::default();
        for input in &mut inputs {
            if input.is_repeatable() && !self.skip_invalid {
                summary.invalid += self.each(input, |_, _| {})?;
            }
        }
        if summary.invalid > 0 {
            self.out
                .result(&serde_json::json!({ "summary": summary }), |_| Vec::new())?;
            let message = format!(
                "invalid recipients: {}; nothing was stored",
                summary.invalid
            );
            return Err(CommandError::invalid(message)
                .hint("correct them, or store the others with --skip-invalid"));
        }
        let name = &self.campaign.name;
        let created = store.create_campaign(name, &self.campaign.settings).await;
        match created.map_err(failed)? {
            Created::Conflict(_) => {
                let message = format!(
                    "the campaign `{name}` is stored with other templates or other options"
                );
                return Err(CommandError::invalid(message).hint(
                    "repeat the options of the first import, or choose another name; `messages outbox campaign list` \
                     lists the campaigns",
                ));
            }
            Created::Existing(campaign) if campaign.progress.cancelled => {
                return Err(CommandError::invalid(format!(
                    "the campaign `{name}` was cancelled"
                )));
            }
            _ => {}
        }
        for input in inputs {
            self.import(store, input, &mut summary).await?;
        }
        self.end(&summary)
    }

    /// Prints the totals of the inputs, and stores nothing.
    pub(crate) fn dry_run(self, mut inputs: Vec<Opened>) -> Result<Exit, CommandError> {
        let mut totals = Totals::default();
        let hasher = RandomState::new();
        let mut seen = HashSet::new();
        for input in &mut inputs {
            let invalid = self.each(input, |recipient, document| {
                if seen.insert(hasher.hash_one(document.recipient())) {
                    self.count(&mut totals, recipient.variant(), document);
                } else {
                    totals.duplicate += 1;
                }
            })?;
            totals.invalid += invalid;
        }
        let prices = self.campaign.settings.prices.as_ref();
        if let Some(prices) = prices {
            let sum = totals.countries.values().map(|country| country.millionths);
            totals.price = Some(amount(sum.sum()));
            totals.currency = Some(prices.currency().to_owned());
            for country in totals.countries.values_mut() {
                country.price = Some(amount(country.millionths));
            }
        }
        self.out
            .result(&serde_json::json!({ "dry_run": totals }), |_| {
                totals.lines()
            })?;
        Ok(if totals.invalid == 0 {
            Exit::Done
        } else {
            Exit::Batch
        })
    }

    fn count(&self, totals: &mut Totals, variant: u16, document: &RenderedDocument) {
        let settings = &self.campaign.settings;
        totals.recipients += 1;
        if let Some(variant) = settings.variants.get(usize::from(variant)) {
            *totals.variants.entry(variant.name.clone()).or_default() += 1;
        }
        for estimate in document.estimates() {
            let code = estimate.calling_code.as_deref();
            let key = match code {
                Some(code) => format!("{}/{code}", estimate.channel),
                None => estimate.channel.clone(),
            };
            let country = totals.countries.entry(key).or_default();
            country.messages += 1;
            country.segments += estimate.segments;
            totals.messages += 1;
            totals.segments += estimate.segments;
            if let Some(prices) = &settings.prices {
                match prices.of(&estimate.channel, code) {
                    Some(price) => country.millionths += price * estimate.units(),
                    None => totals.unpriced += 1,
                }
            }
        }
    }

    /// Reads an input without consuming it. Returns the number of invalid recipients, which are printed.
    fn each(
        &self,
        input: &mut Opened,
        mut found: impl FnMut(&RecipientIntent, &RenderedDocument),
    ) -> Result<u64, CommandError> {
        let (mut invalid, mut written) = (0, Ok(()));
        input.pass(|items| {
            for item in items {
                match self.draft(item) {
                    Ok((recipient, document)) => found(&recipient, &document),
                    Err(report) => {
                        invalid += 1;
                        if written.is_ok() && (self.out.is_json() || invalid <= SHOWN_MAX) {
                            written = print_invalid(self.out, &report);
                        }
                    }
                }
            }
            Ok(())
        })?;
        written?;
        Ok(invalid)
    }

    /// Reads a recipient, and renders its document.
    fn draft(&self, item: Item) -> Result<(RecipientIntent, RenderedDocument), Box<SendReport>> {
        let (index, line) = (item.index, item.line);
        let refused = |findings| Box::new(SendReport::refused(index, None, findings).on_line(line));
        let variables = item.into_variables().map_err(refused)?;
        let invalid = |error: RenderingError| refused(findings(&error));
        let intent = RecipientIntent::new(&self.campaign, variables.clone()).map_err(invalid)?;
        let document = RenderedDocument::new(&self.campaign, intent.variant(), &variables);
        let document = document.map_err(invalid)?;
        // Lines from 1; documents without lines by their place.
        let mut intent = intent.line(line.unwrap_or(index + 1));
        if let Some(name) = self.zone_of(&variables) {
            let zone = zone_of_recipient(name).ok_or_else(|| {
                let message = "must be the IANA name of a time zone, such as Europe/Berlin";
                let mut finding = Finding::new("zone", message);
                finding.column = self.zone_column.map(str::to_owned);
                refused(vec![finding])
            })?;
            intent = intent.zone(zone);
        }
        Ok((intent, document))
    }

    fn zone_of<'v>(&self, variables: &'v Variables) -> Option<&'v str> {
        let name = variables.get(self.zone_column?)?.trim();
        (!name.is_empty()).then_some(name)
    }

    async fn import(
        &self,
        store: &dyn CampaignStore,
        input: Opened,
        summary: &mut Summary,
    ) -> Result<(), CommandError> {
        let (mut chunks, length) = input.read();
        let progress = Progress::new(length);
        let mut pending: Vec<(u64, RecipientIntent)> = Vec::with_capacity(AT_ONCE);
        while let Some(chunk) = chunks.recv().await {
            for item in chunk {
                let (line, position) = (item.line.unwrap_or(item.index + 1), item.position);
                match self.draft(item) {
                    Ok((recipient, _)) => pending.push((line, recipient)),
                    Err(report) => {
                        summary.invalid += 1;
                        if self.out.is_json() || summary.invalid <= SHOWN_MAX {
                            progress.suspend(|| print_invalid(self.out, &report))?;
                        }
                    }
                }
                if pending.len() >= AT_ONCE {
                    self.store(store, &mut pending, &progress, summary).await?;
                    let count = summary.added + summary.existing;
                    progress.update(position, count, &summary.words());
                }
            }
        }
        self.store(store, &mut pending, &progress, summary).await?;
        progress.finish();
        Ok(())
    }

    async fn store(
        &self,
        store: &dyn CampaignStore,
        pending: &mut Vec<(u64, RecipientIntent)>,
        progress: &Progress,
        summary: &mut Summary,
    ) -> Result<(), CommandError> {
        if pending.is_empty() {
            return Ok(());
        }
        let (lines, recipients): (Vec<u64>, Vec<_>) = pending.drain(..).unzip();
        let imported = store
            .import_recipients(&self.campaign.name, &recipients)
            .await;
        for (line, imported) in lines.into_iter().zip(imported.map_err(failed)?) {
            let (word, first) = match imported {
                Imported::New => {
                    summary.added += 1;
                    continue;
                }
                Imported::Existing => {
                    summary.existing += 1;
                    continue;
                }
                Imported::Duplicate { line } => {
                    summary.duplicate += 1;
                    ("duplicate", line)
                }
                Imported::Conflict { line } => {
                    summary.conflict += 1;
                    ("conflict", line)
                }
                _ => continue,
            };
            if word == "duplicate" && self.allow_duplicates {
                continue;
            }
            self.print_known(progress, word, line, first, summary)?;
        }
        Ok(())
    }

    /// Names a recipient that is stored already, by its lines.
    fn print_known(
        &self,
        progress: &Progress,
        word: &'static str,
        line: u64,
        first: Option<u64>,
        summary: &Summary,
    ) -> Result<(), CommandError> {
        if self.out.is_json() {
            let object = serde_json::json!({ word: { "line": line, "stored_line": first } });
            progress.suspend(|| self.out.object(&object))?;
        } else if summary.duplicate + summary.conflict <= SHOWN_MAX {
            let note = Line::new().dim(format!("line {line} ")).warn(word);
            let note = match first {
                Some(first) => note.plain(format!(": the recipient was added from line {first}")),
                None => note.plain(": the recipient is stored already"),
            };
            let note = match word {
                "conflict" => note.plain(" with other values"),
                _ => note,
            };
            progress.suspend(|| self.out.note(&note));
        }
        Ok(())
    }

    fn end(&self, summary: &Summary) -> Result<Exit, CommandError> {
        let is_clean = summary.conflict == 0 && summary.invalid == 0;
        let words = summary.words();
        self.out
            .result(&serde_json::json!({ "summary": summary }), |_| {
                vec![if is_clean {
                    Line::new().good(words)
                } else {
                    Line::new().warn(words)
                }]
            })?;
        Ok(if is_clean { Exit::Done } else { Exit::Batch })
    }
}

fn findings(error: &RenderingError) -> Vec<Finding> {
    match error {
        RenderingError::Decode(error)
        | RenderingError::Definition(DefinitionError::Decode(error)) => Finding::all_of(error),
        RenderingError::Definition(DefinitionError::Invalid(problems)) => {
            problems.iter().map(Finding::from).collect()
        }
        RenderingError::Definition(error) => vec![Finding::new("definition", error.to_string())],
        RenderingError::Render(error) => {
            let missing = error.missing().iter();
            missing
                .map(|missing| {
                    let message = format!("the value of `{}` is missing", missing.name);
                    let mut finding = Finding::new("required", message);
                    finding.pointer.clone_from(&missing.pointer);
                    finding
                })
                .collect()
        }
        other => vec![Finding::new("recipient", other.to_string())],
    }
}

impl Summary {
    fn words(&self) -> String {
        let counts = [
            (self.added, "added"),
            (self.existing, "stored already"),
            (self.duplicate, "duplicate"),
            (self.conflict, "in conflict"),
            (self.invalid, "invalid"),
        ];
        let words: Vec<String> = counts
            .iter()
            .filter(|(count, name)| *count > 0 || *name == "added")
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        words.join(", ")
    }
}

impl Totals {
    fn lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::new().strong(format!(
            "{} recipients, {} messages, {} segments",
            self.recipients, self.messages, self.segments
        ))];
        for (name, country) in &self.countries {
            let line = Line::new().plain(format!(
                "{:>9} {name}, {} segments",
                country.messages, country.segments
            ));
            lines.push(match &country.price {
                Some(price) => line.dim(format!(", {price}")),
                None => line,
            });
        }
        if self.variants.len() > 1 {
            for (name, count) in &self.variants {
                lines.push(
                    Line::new()
                        .plain(format!("{count:>9} of variant "))
                        .plain(name),
                );
            }
        }
        if let (Some(price), Some(currency)) = (&self.price, &self.currency) {
            lines.push(
                Line::new()
                    .strong(format!("price: {price} "))
                    .plain(currency),
            );
        }
        for (count, text) in [
            (self.unpriced, "messages without a price"),
            (self.duplicate, "rows of recipients that have one before"),
            (self.invalid, "invalid recipients"),
        ] {
            if count > 0 {
                lines.push(Line::new().warn(format!("{count:>9} {text}")));
            }
        }
        lines.push(Line::new().dim("nothing was stored"));
        lines
    }
}
