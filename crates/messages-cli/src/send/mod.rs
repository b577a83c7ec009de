//! Submitting messages of both generations and workflows, and reporting the outcome.

pub(crate) mod batch;
pub(crate) mod compose;
mod dry_run;
pub(crate) mod input;
mod outgoing;
mod report;

use std::time::SystemTime;

use messages_sdk::types::{DecodeError, Problem, Submission};
use messages_sdk::{Client, SendOptions};

use crate::finding::Finding;
pub(crate) use dry_run::dry_run;
pub(crate) use outgoing::Outgoing;
pub(crate) use report::SendReport;

/// Refuses a path that does not exist for the submission's generation.
pub(crate) fn fits(submission: &Submission, path: Path) -> Result<(), Finding> {
    if path == Path::Beta && submission.beta_path().is_none() {
        return Err(Finding::new(
            "path",
            "is a v1 message, and the path beta is one of v0.1",
        ));
    }
    Ok(())
}

/// Submits under a client reference, unless the submission has one, and reports the outcome.
pub(crate) async fn submit(
    submission: Submission,
    client: &Client,
    index: u64,
    path: Path,
    client_ref: Option<&str>,
) -> SendReport {
    if let Err(finding) = fits(&submission, path) {
        return SendReport::refused(index, None, vec![finding]);
    }
    let mut options = SendOptions::new();
    if let Some(reference) = client_ref {
        options = options.client_ref(reference);
    }
    if path == Path::Beta {
        options = options.beta();
    }
    match client.submit_with(submission, options).await {
        Ok(submitted) => SendReport::accepted(index, submitted),
        Err(error) => SendReport::failed(index, &error),
    }
}

/// Which of an API's paths to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Path {
    #[default]
    Current,
    /// That of 2018.
    Beta,
}

/// The problems of a document that could not be decoded.
pub(crate) fn problems(error: DecodeError) -> Vec<Problem> {
    match error {
        DecodeError::Problems(problems) => problems.as_slice().to_vec(),
        // A document made of values is JSON already.
        _ => Vec::new(),
    }
}

/// The argument of `--client-ref` that switches references off.
pub(crate) const NO_CLIENT_REF: &str = "none";

/// The reference that `--client-ref` asks for.
pub(crate) fn client_ref_or_minted(argument: Option<&str>) -> Option<String> {
    match argument {
        Some(NO_CLIENT_REF) => None,
        Some(reference) => Some(reference.to_owned()),
        None => Some(mint_client_ref()),
    }
}

/// A client reference for a message that has none: a UUID of version 7, which fits both generations.
pub(crate) fn mint_client_ref() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let millis = since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    });
    let mut random = [0; 10];
    fastrand::fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(millis, &random)
        .into_uuid()
        .to_string()
}
