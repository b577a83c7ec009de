//! Time zones of recipients.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use messages_sdk::types::journey::Zone;

use super::countries::COUNTRIES;
use crate::row::Details;

/// Time zones, in one of which a recipient is.
///
/// The zones' data are those of the system if the program enables jiff's feature `tzdb-zoneinfo` and the system has them,
/// else those compiled in.
#[derive(Debug, Clone)]
pub struct Zones(Vec<TimeZone>);

impl Zones {
    /// The zone of this name; `None` if the data have none.
    #[must_use]
    pub fn named(zone: &Zone) -> Option<Self> {
        Some(Self(vec![TimeZone::get(zone.as_str()).ok()?]))
    }

    /// All zones of the country of a phone number, given in digits with the country's code. `None` if the code is not that
    /// of a country.
    ///
    /// ```
    /// use messages_outbox::window::Zones;
    ///
    /// let of = |number| Zones::of_number(number).map(|zones| zones.iter().count());
    /// assert_eq!(of("498912345678"), Some(2)); // Germany, and its exclave of Büsingen
    /// assert_eq!(of("12125550100"), Some(29)); // the United States: numbers move with their owners
    /// assert_eq!(of("870773000000"), None); // satellite phones
    /// ```
    #[must_use]
    pub fn of_number(number: &str) -> Option<Self> {
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let longest = PREFIX_MAX.min(number.len());
        let names = (1..=longest)
            .rev()
            .find_map(|length| BY_PREFIX.get(&number[..length]))?;
        let zones = names.iter().map(|name| TimeZone::get(name).ok());
        Some(Self(zones.collect::<Option<_>>()?))
    }

    /// Zone of a row's recipient: the one it was given, else those of the number's country.
    pub(super) fn of(details: &Details) -> Option<Self> {
        let recipient = details.recipient.as_deref();
        Self::of_recipient(details.zone.as_ref(), &details.lane.channel, recipient)
    }

    /// The same of a recipient on a channel.
    pub(crate) fn of_recipient(
        zone: Option<&Zone>,
        channel: &str,
        recipient: Option<&str>,
    ) -> Option<Self> {
        if let Some(zone) = zone {
            return Self::named(zone);
        }
        // Recipients of other channels, such as Messenger, have IDs that may look like numbers.
        if !NUMBERED.contains(&channel) {
            return None;
        }
        Self::of_number(recipient?)
    }

    /// The zones.
    pub fn iter(&self) -> impl Iterator<Item = &TimeZone> {
        self.0.iter()
    }
}

/// Channels whose recipients are phone numbers. WhatsApp has others, too, which are not digits alone.
const NUMBERED: [&str; 6] = [
    "sms",
    "mms",
    "rcs",
    "whatsapp",
    "viber_service",
    "viber_service_msg",
];

/// Length of the longest prefix.
const PREFIX_MAX: usize = 7;

static BY_PREFIX: LazyLock<HashMap<&str, &[&str]>> = LazyLock::new(|| {
    let countries = COUNTRIES.iter();
    countries
        .flat_map(|(prefixes, zones)| prefixes.iter().map(move |prefix| (*prefix, *zones)))
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_prefix_stands_once_and_each_zone_is_known() {
        let prefixes = COUNTRIES.iter().flat_map(|(prefixes, _)| prefixes.iter());
        assert_eq!(BY_PREFIX.len(), prefixes.clone().count());
        assert_eq!(prefixes.map(|prefix| prefix.len()).max(), Some(PREFIX_MAX));
        for zone in COUNTRIES.iter().flat_map(|(_, zones)| zones.iter()) {
            assert!(TimeZone::get(zone).is_ok(), "{zone}");
        }
    }
}
