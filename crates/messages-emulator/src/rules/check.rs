//! Validation of rules: a rule that can never have its effect is refused instead of ignored.

use super::action::{Action, RevokeEffect, Turn, WebhookFault, WebhookOutage};
use super::{Rule, When};
use crate::state::code;
use crate::state::status::Status;

/// Longest latency of a response, in milliseconds of real time: ten minutes.
pub(crate) const LATENCY_MAX_MS: u64 = 600_000;
/// Longest span of the emulator's time in a rule, in milliseconds: a year.
const SPAN_MAX_MS: u64 = 365 * 24 * 3_600 * 1_000;
/// Largest `retry_after`, in seconds: a day.
const RETRY_AFTER_MAX: u64 = 86_400;
/// Most states of a script.
const SCRIPT_MAX: usize = 100;

const FROM_1: &str = "must be at least 1";
const LATENCY: &str = "must be at most 600000 (10 minutes)";
const SPAN: &str = "must be at most 31536000000 (a year)";

/// A value of a rule is not one of those that are allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {requirement}")]
#[non_exhaustive]
pub struct RuleError {
    /// The path of the field from the rule, such as `when.nth`.
    pub field: String,
    /// The requirement that it does not meet, in words.
    pub requirement: &'static str,
}

impl Rule {
    /// Checks the values of the rule.
    ///
    /// # Errors
    /// With the first field whose value is out of its range: a count of 0, a code or an HTTP status that the API does not
    /// have, a span that is too long, a code with a status that has none.
    ///
    /// ```
    /// use messages_emulator::{Action, Rule};
    ///
    /// let error = Rule::nth(0, Action::Read).check().unwrap_err();
    /// assert_eq!(error.to_string(), "`when.nth` must be at least 1");
    /// ```
    pub fn check(&self) -> Result<(), RuleError> {
        self.when.check()?;
        match &self.then {
            Action::Reject { code } => code_is_known(*code, "then.reject.code"),
            Action::Undeliverable { code } => code_is_known(*code, "then.undeliverable.code"),
            Action::Script(turns) => script(turns, "then.script"),
            Action::LateRead { ms } => at_most(*ms, SPAN_MAX_MS, "then.late_read.ms", SPAN),
            Action::Slow { ms } => at_most(*ms, SPAN_MAX_MS, "then.slow.ms", SPAN),
            Action::Latency { ms } => at_most(*ms, LATENCY_MAX_MS, "then.latency.ms", LATENCY),
            Action::SlowBytes { ms } => at_most(*ms, LATENCY_MAX_MS, "then.slow_bytes.ms", LATENCY),
            Action::Status {
                status,
                retry_after,
            } => {
                status_is_error(*status, "then.status.status")?;
                let requirement = "must be at most 86400 (a day)";
                let seconds = retry_after.unwrap_or_default();
                at_most(
                    seconds,
                    RETRY_AFTER_MAX,
                    "then.status.retry_after",
                    requirement,
                )
            }
            Action::Html { status } => status_is_error(*status, "then.html.status"),
            Action::Webhooks(WebhookFault::Late { ms }) => {
                at_most(*ms, SPAN_MAX_MS, "then.webhooks.late.ms", SPAN)
            }
            Action::Revoke(RevokeEffect::Script(turns)) => script(turns, "then.revoke.script"),
            Action::WebhookOutage(WebhookOutage {
                after_ms, for_ms, ..
            }) => {
                at_most(*after_ms, SPAN_MAX_MS, "then.webhook_outage.after_ms", SPAN)?;
                require(*for_ms > 0, "then.webhook_outage.for_ms", FROM_1)?;
                at_most(*for_ms, SPAN_MAX_MS, "then.webhook_outage.for_ms", SPAN)
            }
            Action::Deliver
            | Action::Read
            | Action::StaySubmitted
            | Action::Silence
            | Action::CutBeforeBody
            | Action::CutAfterBody
            | Action::LoseAnswer
            | Action::CutAnswer
            | Action::Reset
            | Action::OmitClientRef
            | Action::Webhooks(_)
            | Action::Revoke(_) => Ok(()),
        }
    }
}

impl When {
    fn check(&self) -> Result<(), RuleError> {
        for (count, field) in [
            (self.nth, "when.nth"),
            (self.first, "when.first"),
            (self.every, "when.every"),
        ] {
            require(count != Some(0), field, FROM_1)?;
        }
        Ok(())
    }
}

fn script(turns: &[Turn], field: &str) -> Result<(), RuleError> {
    require(
        turns.len() <= SCRIPT_MAX,
        field,
        "must have at most 100 states",
    )?;
    for (index, turn) in turns.iter().enumerate() {
        let field = |name| format!("{field}[{index}].{name}");
        at_most(turn.after_ms, SPAN_MAX_MS, field("after_ms"), SPAN)?;
        if let Some(code) = turn.code {
            code_fits(turn.status, field("code"))?;
            code_is_known(code, field("code"))?;
        }
    }
    Ok(())
}

fn code_fits(status: Status, field: impl Into<String>) -> Result<(), RuleError> {
    let requirement = "is allowed with the statuses `rejected` and `undeliverable` only";
    require(status.is_failure(), field, requirement)
}

fn code_is_known(code: u16, field: impl Into<String>) -> Result<(), RuleError> {
    let requirement = "must be an asynchronous error code of the API, such as 1050";
    require(code::is_known(code), field, requirement)
}

fn status_is_error(status: u16, field: &str) -> Result<(), RuleError> {
    require(
        (400..600).contains(&status),
        field,
        "must be from 400 to 599",
    )
}

fn at_most(
    value: u64,
    max: u64,
    field: impl Into<String>,
    requirement: &'static str,
) -> Result<(), RuleError> {
    require(value <= max, field, requirement)
}

fn require(
    is_met: bool,
    field: impl Into<String>,
    requirement: &'static str,
) -> Result<(), RuleError> {
    if is_met {
        return Ok(());
    }
    Err(RuleError {
        field: field.into(),
        requirement,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_out_of_its_range_is_named() {
        let parse = |when: &str, then: &str| -> Rule {
            let rule = format!(r#"{{"when": {when}, "then": {then}}}"#);
            serde_json::from_str(&rule).expect("a rule")
        };
        for (when, then, field) in [
            (r#"{"nth": 0}"#, r#""read""#, "when.nth"),
            (r#"{"first": 0}"#, r#""read""#, "when.first"),
            (r#"{"every": 0}"#, r#""read""#, "when.every"),
            ("{}", r#"{"reject": {"code": 1}}"#, "then.reject.code"),
            (
                "{}",
                r#"{"undeliverable": {"code": 1}}"#,
                "then.undeliverable.code",
            ),
            (
                "{}",
                r#"{"script": [{"status": "read"}, {"status": "rejected", "code": 7}]}"#,
                "then.script[1].code",
            ),
            (
                "{}",
                r#"{"script": [{"status": "read", "code": 1050}]}"#,
                "then.script[0].code",
            ),
            (
                "{}",
                r#"{"script": [{"status": "read", "after_ms": 31536000001}]}"#,
                "then.script[0].after_ms",
            ),
            (
                "{}",
                r#"{"late_read": {"ms": 31536000001}}"#,
                "then.late_read.ms",
            ),
            ("{}", r#"{"slow": {"ms": 31536000001}}"#, "then.slow.ms"),
            ("{}", r#"{"latency": {"ms": 600001}}"#, "then.latency.ms"),
            (
                "{}",
                r#"{"slow_bytes": {"ms": 600001}}"#,
                "then.slow_bytes.ms",
            ),
            ("{}", r#"{"status": {"status": 399}}"#, "then.status.status"),
            (
                "{}",
                r#"{"status": {"status": 429, "retry_after": 86401}}"#,
                "then.status.retry_after",
            ),
            ("{}", r#"{"html": {"status": 600}}"#, "then.html.status"),
            (
                "{}",
                r#"{"webhooks": {"late": {"ms": 31536000001}}}"#,
                "then.webhooks.late.ms",
            ),
            (
                "{}",
                r#"{"revoke": {"script": [{"status": "submitted", "code": 1050}]}}"#,
                "then.revoke.script[0].code",
            ),
            (
                "{}",
                r#"{"webhook_outage": {"for_ms": 0}}"#,
                "then.webhook_outage.for_ms",
            ),
            (
                "{}",
                r#"{"webhook_outage": {"for_ms": 31536000001}}"#,
                "then.webhook_outage.for_ms",
            ),
            (
                "{}",
                r#"{"webhook_outage": {"for_ms": 1, "after_ms": 31536000001}}"#,
                "then.webhook_outage.after_ms",
            ),
        ] {
            let error = parse(when, then).check().expect_err(field);
            assert_eq!(error.field, field, "{then}");
        }
        for then in [
            r#""omit_client_ref""#,
            r#"{"latency": {"ms": 600000}}"#,
            r#"{"status": {"status": 429, "retry_after": 86400}}"#,
            r#"{"revoke": "ignored"}"#,
            r#"{"revoke": {"script": []}}"#,
            r#"{"webhook_outage": {"for_ms": 31536000000}}"#,
        ] {
            assert_eq!(parse(r#"{"nth": 1}"#, then).check(), Ok(()), "{then}");
        }
    }

    #[test]
    fn a_long_script_is_refused() {
        let turn = Turn {
            status: Status::Submitted,
            after_ms: 0,
            code: None,
        };
        let rule = |count| Rule::always(Action::Script(vec![turn; count]));
        assert_eq!(rule(SCRIPT_MAX).check(), Ok(()));
        assert!(rule(SCRIPT_MAX + 1).check().is_err());
    }
}
