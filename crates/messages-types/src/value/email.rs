//! E-mail addresses.

use crate::error::{Invalid, Rule};
use crate::wire::Wire;

/// A bare e-mail address, without a display name.
///
/// The API documentation gives the pattern
/// `^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct EmailAddress(String);

impl EmailAddress {
    fn refusal(text: &str) -> Option<Invalid> {
        let fits = text.split_once('@').is_some_and(|(local, domain)| {
            let in_local = |b: u8| b.is_ascii_alphanumeric() || b"._%+-".contains(&b);
            let in_domain = |b: u8| b.is_ascii_alphanumeric() || b".-".contains(&b);
            !local.is_empty()
                && local.bytes().all(in_local)
                && domain.bytes().all(in_domain)
                && domain.rsplit_once('.').is_some_and(|(host, top)| {
                    !host.is_empty()
                        && top.len() >= 2
                        && top.bytes().all(|b| b.is_ascii_alphabetic())
                })
        });
        (!fits).then(|| {
            Invalid::new(
                Rule::Format,
                "must be a bare e-mail address, like name@example.com",
            )
        })
    }
}
