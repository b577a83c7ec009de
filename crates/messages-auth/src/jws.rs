//! The compact serialisation of RFC 7515, read as strictly as it is written: what this accepts has one spelling only.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::clock::LAST_SECOND;

/// The two algorithms that occur, one for each direction. Neither key type fits the other, and nothing chooses
/// between them but the caller.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// Tokens of an application.
    Rs256,
    /// Signed webhooks.
    Hs256,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Hs256 => "HS256",
        }
    }

    /// The header that this crate and the API write, encoded.
    fn usual_header(self) -> &'static str {
        match self {
            Self::Rs256 => "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9",
            Self::Hs256 => "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        }
    }
}

/// Reason a token cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Malformed,
    Algorithm,
}

/// A token taken apart, its header checked. Nothing in it is to be believed yet.
pub(crate) struct Token<'t> {
    /// The signed bytes: header and claims as they were sent.
    pub(crate) signed: &'t str,
    pub(crate) claims: Map<String, Value>,
    pub(crate) signature: Vec<u8>,
}

impl<'t> Token<'t> {
    /// Takes `token` apart.
    pub(crate) fn read(token: &'t str, algorithm: Algorithm) -> Result<Self, Fault> {
        let (signed, header, claims, signature) = split(token).ok_or(Fault::Malformed)?;
        if header != algorithm.usual_header() {
            check_header(&object(header).ok_or(Fault::Malformed)?, algorithm)?;
        }
        Ok(Self {
            signed,
            claims: object(claims).ok_or(Fault::Malformed)?,
            signature: decode(signature).ok_or(Fault::Malformed)?,
        })
    }
}

/// The signed part, the header, the claims and the signature, all still encoded.
pub(crate) fn split(token: &str) -> Option<(&str, &str, &str, &str)> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    (!claims.contains('.')).then_some((signed, header, claims, signature))
}

/// Decodes a part: base64url without padding, in its canonical form.
pub(crate) fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

/// Decodes a part that must be a JSON object.
pub(crate) fn object(part: &str) -> Option<Map<String, Value>> {
    let json = decode(part)?;
    let mut deserializer = serde_json::Deserializer::from_slice(&json);
    let object = deserializer.deserialize_map(UniqueNames).ok()?;
    deserializer.end().ok()?;
    Some(object)
}

/// Accepts one algorithm, and no header that changes how the rest is to be read (RFC 8725 section 3.1).
pub(crate) fn check_header(header: &Map<String, Value>, algorithm: Algorithm) -> Result<(), Fault> {
    match header.get("alg") {
        Some(Value::String(name)) if name == algorithm.name() => {}
        _ => return Err(Fault::Algorithm),
    }
    let is_jwt = match header.get("typ") {
        None => true,
        Some(Value::String(kind)) => kind.eq_ignore_ascii_case("JWT"),
        Some(_) => false,
    };
    // Critical extensions, an unencoded payload, encryption, compression and nesting: none is understood here, so none
    // may be skipped over.
    if is_jwt
        && !["crit", "b64", "enc", "zip", "cty"]
            .iter()
            .any(|name| header.contains_key(*name))
    {
        Ok(())
    } else {
        Err(Fault::Malformed)
    }
}

/// Encodes claims behind the usual header: what is then to be signed.
pub(crate) fn signing_input(algorithm: Algorithm, claims: &[u8]) -> String {
    let header = algorithm.usual_header();
    let mut input =
        String::with_capacity(header.len() + 1 + claims.len().div_ceil(3) * 4 + 1 + 344);
    input.push_str(header);
    input.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut input);
    input
}

/// Appends the signature to what was signed.
pub(crate) fn append_signature(mut signed: String, signature: &[u8]) -> String {
    signed.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut signed);
    signed
}

/// A date as in RFC 7519 section 2: a number of seconds, which may have a fraction.
pub(crate) fn numeric_date(value: &Value) -> Option<u64> {
    const LAST: f64 = LAST_SECOND as f64;

    match value.as_u64() {
        Some(seconds) => (seconds as f64 <= LAST).then_some(seconds),
        // The range is checked, so the conversion only drops the fraction.
        None => value
            .as_f64()
            .filter(|seconds| (0.0..=LAST).contains(seconds))
            .map(|seconds| seconds as u64),
    }
}

/// Refuses a name that occurs twice, where other readers keep the first or the last (RFC 7519 section 4).
struct UniqueNames;

impl<'de> Visitor<'de> for UniqueNames {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object without duplicate names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let value = access.next_value()?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name occurs twice"));
            }
        }
        Ok(object)
    }
}
