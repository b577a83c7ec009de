//! Says of each line of stdin whether its webhook is verified: what another implementation is compared with.
//!
//! A line is `{"authorization": …, "body": …, "secret": …, "now": seconds}`; the answer is `accepted`, or the name of the
//! reason for the refusal.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::time::{Duration, SystemTime};

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use messages_auth::SignatureSecret;
use messages_auth::webhook::Verifier;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    authorization: String,
    body: String,
    secret: String,
    now: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let case: Case = serde_json::from_str(&line?)?;
        writeln!(out, "{}", verdict(&case)?)?;
    }
    Ok(out.flush()?)
}

fn verdict(case: &Case) -> Result<&'static str, Box<dyn Error>> {
    let verifier = Verifier::builder()
        .any_account(SignatureSecret::new(case.secret.as_str())?)
        .strict()
        .without_replay_guard()
        .build()?;
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&case.authorization)?);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(case.now);
    Ok(match verifier.verify(&headers, case.body.clone(), now) {
        Ok(_) => "accepted",
        Err(error) => error.name(),
    })
}
