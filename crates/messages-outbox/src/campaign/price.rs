//! Prices of messages. Amounts are whole millionths, so that sums are exact.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Estimate;

/// Digits after the decimal point.
const DECIMALS: usize = 6;

/// Prices of a segment of an SMS, or of another message, by channel and country.
///
/// The keys are a channel and a calling code, such as `sms/44`; a channel, such as `sms`, for its other countries; or `*`
/// for all else.
///
/// ```
/// use messages_outbox::campaign::Prices;
///
/// let prices = Prices::new("EUR", [("sms/44", "0.04"), ("sms", "0.10")])?;
/// assert_eq!(prices.of("sms", Some("44")), Some(40_000));
/// assert_eq!(prices.of("sms", Some("81")), Some(100_000));
/// assert_eq!(prices.of("rcs", Some("81")), None);
/// # Ok::<(), messages_outbox::campaign::InvalidPrice>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    currency: String,
    prices: BTreeMap<String, u64>,
}

impl Prices {
    /// Prices in a currency, as decimal numbers.
    ///
    /// # Errors
    ///
    /// [`InvalidPrice`] with the key of the first invalid one.
    pub fn new<K: Into<String>, P: AsRef<str>>(
        currency: impl Into<String>,
        prices: impl IntoIterator<Item = (K, P)>,
    ) -> Result<Self, InvalidPrice> {
        let prices = prices.into_iter().map(|(key, price)| {
            let key = key.into();
            match amount(price.as_ref()) {
                Some(price) => Ok((key, price)),
                None => Err(InvalidPrice(key)),
            }
        });
        Ok(Self {
            currency: currency.into(),
            prices: prices.collect::<Result<_, _>>()?,
        })
    }

    /// Currency.
    #[must_use]
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// Price of a segment or message on a channel to a country, in millionths.
    #[must_use]
    pub fn of(&self, channel: &str, calling_code: Option<&str>) -> Option<u64> {
        let of_country = calling_code.map(|code| format!("{channel}/{code}"));
        let of_country = of_country.and_then(|key| self.prices.get(&key));
        let keys = of_country
            .or_else(|| self.prices.get(channel))
            .or_else(|| self.prices.get("*"));
        keys.copied()
    }

    /// Largest price of these messages, in millionths. `None` if one has no price.
    #[must_use]
    pub fn of_all(&self, estimates: &[Estimate]) -> Option<u64> {
        let mut sum = 0_u64;
        for estimate in estimates {
            let price = self.of(&estimate.channel, estimate.calling_code.as_deref())?;
            sum = sum.saturating_add(price.saturating_mul(estimate.units()));
        }
        Some(sum)
    }
}

/// Sum of prices that a campaign must not exceed, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendCap(u64);

impl SpendCap {
    /// Cap of an amount, as a decimal number.
    ///
    /// # Errors
    ///
    /// [`InvalidPrice`] if it is not one.
    pub fn new(text: &str) -> Result<Self, InvalidPrice> {
        amount(text)
            .map(Self)
            .ok_or_else(|| InvalidPrice("spend cap".to_owned()))
    }

    /// The amount in millionths.
    #[must_use]
    pub const fn millionths(self) -> u64 {
        self.0
    }
}

/// Decimal number with at most six decimals, in millionths.
fn amount(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > DECIMALS || !is_number(whole) || !is_number(decimals) {
        return None;
    }
    let decimals: u64 = format!("{decimals:0<DECIMALS$}").parse().ok()?;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1_000_000)?
        .checked_add(decimals)
}

/// A price is not a decimal number with at most six decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPrice(String);

impl fmt::Display for InvalidPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the price `{}` must be a decimal number with at most {DECIMALS} decimals, such as \"0.04\"",
            self.0
        )
    }
}

impl std::error::Error for InvalidPrice {}
