//! `Retry-After`, which comes from outside and is trusted with nothing.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// The value of a longer `Retry-After`: a day.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The wait that the server asks for, at most a day.
///
/// Reads both forms of RFC 9110 section 10.2.3: whole seconds, and a date in any of the three
/// formats of section 5.6.7. A date is taken relative to the answer's own `Date` if it has a good
/// one, so that a wrong clock on this side does no harm, and else relative to `now`. A date in the
/// past is zero. Of several values the longest counts. Anything else, such as a fraction, a sign or
/// `inf`, is as good as no header.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use messages_transport::http::HeaderMap;
/// use messages_transport::layer::retry::retry_after;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("retry-after", "17".parse().unwrap());
/// assert_eq!(retry_after(&headers, SystemTime::now()), Some(Duration::from_secs(17)));
/// ```
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    headers
        .get_all(RETRY_AFTER)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter_map(|value| seconds(value.trim()).or_else(|| until(value.trim(), headers, now)))
        .max()
}

fn seconds(value: &str) -> Option<Duration> {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // More digits than fit are a long time, not no time.
    Some(
        value
            .parse()
            .map_or(LONGEST, Duration::from_secs)
            .min(LONGEST),
    )
}

fn until(value: &str, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let date = httpdate::parse_http_date(value).ok()?;
    let now = headers
        .get(DATE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| httpdate::parse_http_date(value).ok())
        .unwrap_or(now);
    Some(
        date.duration_since(now)
            .unwrap_or(Duration::ZERO)
            .min(LONGEST),
    )
}
