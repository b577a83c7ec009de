//! Content and faults of a token, without its key.

use std::time::SystemTime;

use serde_json::{Map, Value};

use super::claims::Claims;
use super::verify::{self, ClaimName, JwtError};
use crate::jws::{self, Algorithm};

/// Unverified content of a token; [`verify`](super::verify()) verifies it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inspection {
    /// The header, if it is a JSON object.
    pub header: Option<Map<String, Value>>,
    /// The claims as they stand, if they are a JSON object.
    pub payload: Option<Map<String, Value>>,
    /// The claims of an application's token, if all that must be there are there.
    pub claims: Option<Claims>,
    /// Everything that would have it refused, except for the signature, which only a key can judge.
    pub faults: Vec<JwtError>,
    /// Names of claims that the API does not define. It may refuse a token because of one.
    pub unknown: Vec<String>,
}

/// Decodes a token without verifying it, and lists what is wrong with it at `now`.
///
/// A webhook's token, which is signed with HS256, is reported as [`JwtError::Algorithm`].
#[must_use]
pub fn inspect(token: &str, now: SystemTime) -> Inspection {
    let mut found = Inspection {
        header: None,
        payload: None,
        claims: None,
        faults: Vec::new(),
        unknown: Vec::new(),
    };
    if token.len() > verify::MAX_LEN {
        found.faults.push(JwtError::Malformed);
        return found;
    }
    let Some((_, header, payload, signature)) = jws::split(token) else {
        found.faults.push(JwtError::Malformed);
        return found;
    };
    found.header = jws::object(header);
    found.payload = jws::object(payload);
    match found
        .header
        .as_ref()
        .map(|header| jws::check_header(header, Algorithm::Rs256))
    {
        Some(Ok(())) => {}
        Some(Err(fault)) => found.faults.push(fault.into()),
        None => found.faults.push(JwtError::Malformed),
    }
    let is_known = |name: &str| ClaimName::ALL.iter().any(|claim| claim.as_str() == name);
    let names = found.payload.iter().flat_map(Map::keys);
    found.unknown = names.filter(|name| !is_known(name)).cloned().collect();
    match found.payload.clone() {
        Some(payload) => found.claims = verify::read(payload, now, &mut found.faults),
        None if found.faults.contains(&JwtError::Malformed) => {}
        None => found.faults.push(JwtError::Malformed),
    }
    let is_signed = jws::decode(signature).is_some_and(|signature| !signature.is_empty());
    if !is_signed && !found.faults.contains(&JwtError::Malformed) {
        found.faults.push(JwtError::Malformed);
    }
    found
}
