//! Options of a campaign.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use messages_outbox::campaign::{
    Brake, CampaignSettings, Prices, Ramp, RecipientCap, SpendCap, Variant,
};
use messages_outbox::window::{Window, Zone, Zones};
use messages_sdk::types::Template;
use serde::Deserialize;

use crate::error::CommandError;
use crate::io::document::read_document;

const DAY: u64 = 24 * 3600;

/// Options of a campaign, which `outbox add` has besides its own.
#[derive(Debug, Args)]
pub(crate) struct CampaignArgs {
    /// A further template of the campaign, for a share of its recipients: the name of the variant, its weight (that of
    /// --template is 1), and the file
    #[arg(long = "variant", value_name = "NAME:WEIGHT=FILE", requires_all = ["campaign", "template"], conflicts_with = "key", value_parser = variant)]
    variants: Vec<VariantArg>,

    /// Times of day at which the messages may be sent, in the recipient's time zone; a journey's own window precedes it
    #[arg(long = "window", value_name = "FROM-TO", value_parser = window)]
    pub(crate) window: Option<Window>,

    /// Time zone of recipients without one of their own: an IANA name, or `recipient` (the default) for that of the country of
    /// their number
    #[arg(long, value_name = "ZONE", value_parser = zone_or_recipient)]
    zone: Option<ZoneArg>,

    /// Column, or field of the JSON objects, with the recipient's time zone
    #[arg(long, value_name = "NAME", requires_all = ["campaign", "template"], conflicts_with = "key")]
    pub(crate) zone_column: Option<String>,

    /// Begins with FROM messages per second, and doubles after each SECONDS up to TO
    #[arg(long, value_name = "FROM:TO:SECONDS", requires_all = ["campaign", "template"], conflicts_with = "key", value_parser = ramp)]
    ramp: Option<Ramp>,

    /// Pauses the campaign when more than PERCENT of its last N messages failed
    #[arg(long, value_name = "PERCENT:N", requires_all = ["campaign", "template"], conflicts_with = "key", value_parser = brake)]
    brake: Option<Brake>,

    /// JSON file with the `currency` and the `prices` of a segment or message, by channel and calling code: `{"sms/44": "0.04"}`
    #[arg(long, value_name = "FILE", requires_all = ["campaign", "template"], conflicts_with = "key")]
    prices: Option<PathBuf>,

    /// Pauses the campaign before its messages cost more than this
    #[arg(long, value_name = "AMOUNT", requires = "prices", value_parser = spend_cap)]
    spend_cap: Option<SpendCap>,

    /// Passes over recipients who got N messages of campaigns in the last DAYS days
    #[arg(long, value_name = "N:DAYS", requires_all = ["campaign", "template"], conflicts_with = "key", value_parser = recipient_cap)]
    recipient_cap: Option<RecipientCap>,

    /// Stores nothing, and prints the number of messages, their segments and their price
    #[arg(long, requires_all = ["campaign", "template"], conflicts_with = "key")]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Clone)]
struct VariantArg {
    name: String,
    weight: u32,
    file: PathBuf,
}

fn variant(text: &str) -> Result<VariantArg, String> {
    let parsed = || {
        let (head, file) = text.split_once('=')?;
        let (name, weight) = head.split_once(':')?;
        let weight = weight.parse().ok().filter(|weight| *weight > 0)?;
        (!name.is_empty() && !file.is_empty()).then(|| VariantArg {
            name: name.to_owned(),
            weight,
            file: file.into(),
        })
    };
    parsed().ok_or_else(|| {
        "must be a name, a weight of 1 or more, and a file, such as b:1=other.json".to_owned()
    })
}

fn window(text: &str) -> Result<Window, String> {
    let (from, to) = text
        .split_once('-')
        .ok_or("must be two times of day, such as 09:00-20:00")?;
    let window = Window::new(from, to).map_err(|invalid| invalid.to_string())?;
    if window.from == window.to {
        return Err("must open and close at different times".to_owned());
    }
    Ok(window)
}

/// Time zone of recipients. `None`: that of the country of their number.
#[derive(Debug, Clone)]
struct ZoneArg(Option<Zone>);

fn zone_or_recipient(name: &str) -> Result<ZoneArg, String> {
    match name {
        "recipient" => Ok(ZoneArg(None)),
        name => zone(name).map(|zone| ZoneArg(Some(zone))),
    }
}

fn zone(name: &str) -> Result<Zone, String> {
    let zone = Zone::new(name).map_err(|invalid| invalid.to_string())?;
    match Zones::named(&zone) {
        Some(_) => Ok(zone),
        None => Err("must be the IANA name of a time zone, such as Europe/Berlin".to_owned()),
    }
}

/// The time zone of a recipient.
pub(crate) fn zone_of_recipient(name: &str) -> Option<Zone> {
    zone(name).ok()
}

/// Numbers separated by colons.
fn numbers<const COUNT: usize>(text: &str) -> Option<[u32; COUNT]> {
    let numbers: Result<Vec<u32>, _> = text.split(':').map(str::parse).collect();
    numbers.ok()?.try_into().ok()
}

fn ramp(text: &str) -> Result<Ramp, String> {
    numbers(text)
        .and_then(|[from, to, step]| Ramp::new(from, to, step))
        .ok_or_else(|| {
            "must be two rates of 1 or more, the second not below the first, and a number of seconds, such as 5:100:600"
                .to_owned()
        })
}

fn brake(text: &str) -> Result<Brake, String> {
    numbers(text)
        .and_then(|[percent, of]| Brake::new(percent, of))
        .ok_or_else(|| {
            "must be a percentage below 100 and a number of messages, such as 10:200".to_owned()
        })
}

fn spend_cap(text: &str) -> Result<SpendCap, String> {
    SpendCap::new(text).map_err(|invalid| invalid.to_string())
}

fn recipient_cap(text: &str) -> Result<RecipientCap, String> {
    numbers(text)
        .and_then(|[messages, days]| {
            let period = Duration::from_secs(u64::from(days) * DAY);
            RecipientCap::new(messages, period)
        })
        .ok_or_else(|| "must be a number of messages and of days, such as 2:7".to_owned())
}

/// File of prices.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceFile {
    currency: String,
    prices: BTreeMap<String, String>,
}

impl CampaignArgs {
    /// Time zone of recipients without one of their own. `None`: that of the country of their number.
    pub(crate) fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref().and_then(|zone| zone.0.as_ref())
    }

    /// Settings of the campaign; those that other messages have as well are left at their defaults.
    pub(crate) fn settings(&self, template: &Path) -> Result<CampaignSettings, CommandError> {
        let mut settings = CampaignSettings::new(read_template(template)?);
        for variant in &self.variants {
            settings.variants.push(Variant {
                name: variant.name.clone(),
                weight: variant.weight,
                template: read_template(&variant.file)?,
            });
        }
        let mut names: Vec<&str> = settings.variants.iter().map(|v| v.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < settings.variants.len() {
            return Err(CommandError::usage(
                "each --variant must have a name of its own; that of --template is `a`",
            ));
        }
        settings.window.clone_from(&self.window);
        settings.zone = self.zone().cloned();
        settings.ramp = self.ramp;
        settings.brake = self.brake;
        settings.spend_cap = self.spend_cap;
        settings.recipient_cap = self.recipient_cap;
        settings.prices = self.prices.as_deref().map(read_prices).transpose()?;
        Ok(settings)
    }

    /// Columns that the first template does not name: those of the others, and that of the time zone.
    pub(crate) fn other_columns(&self, settings: &CampaignSettings) -> Vec<String> {
        let variants = settings.variants.iter().skip(1);
        let names = variants.flat_map(|variant| variant.template.names());
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.extend(self.zone_column.clone());
        names.sort_unstable();
        names.dedup();
        names
    }
}

fn read_template(file: &Path) -> Result<Template, CommandError> {
    let document = read_document(Some(file))?;
    Template::new(document).map_err(|problems| {
        CommandError::invalid(format!("{} is not a template", file.display())).because(problems)
    })
}

fn read_prices(file: &Path) -> Result<Prices, CommandError> {
    let document = read_document(Some(file))?;
    let invalid = || CommandError::invalid(format!("{} is not a file of prices", file.display()));
    let prices: PriceFile =
        serde_json::from_value(document).map_err(|error| invalid().because(error))?;
    Prices::new(prices.currency, prices.prices).map_err(|error| invalid().because(error))
}
