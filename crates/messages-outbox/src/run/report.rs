//! The final report of a workflow, as the Workflows API posts it.

use jiff::Timestamp;
use messages_sdk::types::v0_1::report::{ReportLinks, ReportedMessage, WorkflowStatus};
use messages_sdk::types::v0_1::{Channel, WorkflowReport, WorkflowUuid};
use messages_sdk::types::{Document, Status, Usage, v1};

use super::{Plan, Run, RunMessage, RunState};
use crate::row::State;

/// JSON of the final report. Costs are those that the statuses have named so far.
pub(super) fn report(run: &Run, plan: &Plan, now: Timestamp) -> String {
    let status = match run.state {
        RunState::Completed => WorkflowStatus::Completed,
        _ => WorkflowStatus::Error,
    };
    let messages = &run.progress.messages;
    let mut report = WorkflowReport::new(status, WorkflowUuid::Dispatch(run.id.to_string()));
    report.template = Some("failover".to_owned());
    report.timestamp = Some(now.into());
    report.usage = total(messages.iter().filter_map(|message| message.usage.as_ref()));
    let accepted = messages
        .iter()
        .filter(|message| message.state == State::Sent);
    report.links = Some(ReportLinks::from_iter(
        accepted.filter_map(|message| reported(message, plan)),
    ));
    String::from_utf8(report.to_vec()).unwrap_or_default()
}

/// A message of the report; `None` if its ID is not known.
fn reported(message: &RunMessage, plan: &Plan) -> Option<ReportedMessage> {
    let uuid = message.message_uuid.as_ref()?;
    let mut reported = ReportedMessage::new(uuid.as_str());
    reported.href = Some(format!("/messages/{uuid}"));
    reported.channel =
        plan.message(message.number)
            .map(|(_, _, planned)| match planned.message().channel() {
                v1::Channel::ViberService => Channel::ViberServiceMsg,
                other => Channel::from(other.as_str()),
            });
    reported.usage.clone_from(&message.usage);
    reported.status = Some(message.status.clone().unwrap_or(Status::Submitted));
    Some(reported)
}

/// Sum of costs, exact to the last digit; without costs zero euros, in which the API bills. `None` if one of them is not a
/// decimal number.
fn total<'a>(costs: impl Iterator<Item = &'a Usage>) -> Option<Usage> {
    let mut sum: Option<(u128, u32)> = None;
    let mut currency = Some("EUR".to_owned());
    for cost in costs {
        let price = cost.price.as_ref()?.text();
        let (whole, decimals) = price.split_once('.').unwrap_or((&price, ""));
        let scale = u32::try_from(decimals.len()).ok()?;
        let units: u128 = format!("{whole}{decimals}").parse().ok()?;
        let (known, known_scale) = sum.unwrap_or((0, scale));
        let common = scale.max(known_scale);
        let lift =
            |units: u128, scale: u32| units.checked_mul(10_u128.checked_pow(common - scale)?);
        sum = Some((
            lift(known, known_scale)?.checked_add(lift(units, scale)?)?,
            common,
        ));
        currency = cost.currency.clone();
    }
    let (units, scale) = sum.unwrap_or((0, 4));
    let width = scale as usize + 1;
    let mut price = format!("{units:0width$}");
    if scale > 0 {
        price.insert(price.len() - scale as usize, '.');
    }
    let mut usage = Usage::default();
    usage.currency = currency;
    usage.price = Some(price.into());
    Some(usage)
}
