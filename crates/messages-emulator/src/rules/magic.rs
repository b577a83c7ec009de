//! Magic recipients: numbers whose ending decides what happens to a message, without any rule.
//!
//! They work on every channel and in both generations, for phone numbers and for ids. `C` is a digit of an
//! asynchronous error code of the API.
//!
//! | recipient ends with | what happens |
//! | --- | --- |
//! | `99CCCC` | the message is rejected with code `CCCC`: `447700991050` is barred |
//! | `98CCCC` | the message is submitted, then undeliverable with code `CCCC` |
//! | `970001` | submitted, and nothing more; with a `ttl`, rejected with 1360 at its end |
//! | `970002` | delivered, never read |
//! | `970003` | accepted, and no status ever follows |
//! | `960401` `960402` `960403` `960404` `960422` `960429` | the API refuses the request with that HTTP status |
//! | `960500` `960502` `960503` `960504` | the API fails with that HTTP status and its error object |
//! | `960599` | a gateway's HTML page with status 502 |
//! | `960601` | the connection is closed when the request was read; the message is not accepted |
//! | `960602` | the message is accepted, and the connection is closed without a response |
//! | `960603` | the connection is reset; the message is not accepted |
//! | `960604` | the response comes 2 seconds late |
//! | `960605` | the response comes byte by byte, 20 ms each |
//! | `960606` | the message is accepted, and half of the response arrives |
//! | `950001` | its webhooks come twice |
//! | `950002` | its webhooks come in pairs turned round |
//! | `950003` | its webhooks are not signed |
//! | `950004` | its webhooks are signed with another secret |
//! | `950005` | its webhooks come 30 seconds late |
//! | `950006` | its webhooks never come |

use super::action::{Action, Stage, WebhookFault};
use crate::state::code;

/// The action for a message to this recipient, if its ending is a magic one.
#[must_use]
pub fn action(to: &str) -> Option<Action> {
    let ending = to.get(to.len().checked_sub(6)?..)?;
    if !ending.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (family, number) = ending.split_at(2);
    let number: u16 = number.parse().ok()?;
    match (family, number) {
        ("99", code) if code::is_known(code) => Some(Action::Reject { code }),
        ("98", code) if code::is_known(code) => Some(Action::Undeliverable { code }),
        ("97", 1) => Some(Action::StaySubmitted),
        ("97", 2) => Some(Action::Deliver),
        ("97", 3) => Some(Action::Silence),
        ("96", status @ (401 | 402 | 403 | 404 | 422 | 429 | 500 | 502 | 503 | 504)) => {
            Some(Action::Status {
                status,
                retry_after: None,
            })
        }
        ("96", 599) => Some(Action::Html { status: 502 }),
        ("96", 601) => Some(Action::CutAfterBody),
        ("96", 602) => Some(Action::LoseAnswer),
        ("96", 603) => Some(Action::Reset),
        ("96", 604) => Some(Action::Latency { ms: 2_000 }),
        ("96", 605) => Some(Action::SlowBytes { ms: 20 }),
        ("96", 606) => Some(Action::CutAnswer),
        ("95", 1) => Some(Action::Webhooks(WebhookFault::Doubled)),
        ("95", 2) => Some(Action::Webhooks(WebhookFault::Reordered)),
        ("95", 3) => Some(Action::Webhooks(WebhookFault::Unsigned)),
        ("95", 4) => Some(Action::Webhooks(WebhookFault::WronglySigned)),
        ("95", 5) => Some(Action::Webhooks(WebhookFault::Late { ms: 30_000 })),
        ("95", 6) => Some(Action::Webhooks(WebhookFault::Dropped)),
        _ => None,
    }
}

pub(crate) fn at_stage(to: &str, stage: Stage) -> Option<Action> {
    action(to).filter(|action| action.stage() == stage)
}
