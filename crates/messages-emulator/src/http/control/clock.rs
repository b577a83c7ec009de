//! The emulator's time.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::extract::Body;
use super::span::Span;
use super::{Refusal, flush};
use crate::clock::{Moment, Pace};
use crate::emulator::workspace::Workspace;

/// Longest span by which one request moves the clock: 100 years.
const ADVANCE_MAX: Duration = Duration::from_secs(876_000 * 3_600);

#[derive(Serialize)]
pub(super) struct Clock {
    now: Moment,
    /// Absent while time stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<f64>,
    stepped: bool,
}

/// Requested changes, in this order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    speed: Option<f64>,
    stepped: Option<bool>,
    advance: Option<Span>,
}

pub(super) async fn read(State(workspace): State<Workspace>) -> Json<Clock> {
    Json(clock(&workspace))
}

pub(super) async fn change(
    State(workspace): State<Workspace>,
    Body(change): Body<Change>,
) -> Result<Json<Clock>, Refusal> {
    let pace = match (change.stepped, change.speed) {
        (Some(true), None) => Some(Pace::Stepped),
        (Some(true), Some(_)) => {
            return Err(unprocessable("time cannot have a speed and stand still"));
        }
        (_, Some(speed)) if (0.001..=1_000_000.0).contains(&speed) => Some(Pace::Times(speed)),
        (_, Some(_)) => return Err(unprocessable("speed is from 0.001 to 1,000,000")),
        (Some(false), None) => Some(Pace::REAL),
        (None, None) => None,
    };
    let advance = change.advance.map(|Span(by)| by);
    if advance.is_some_and(|by| by > ADVANCE_MAX) {
        return Err(unprocessable("advance is at most 876000h (100 years)"));
    }
    if let Some(pace) = pace {
        workspace.engine.set_pace(pace);
    }
    if let Some(by) = advance {
        workspace.engine.advance(by).await;
    }
    flush(&workspace).await?;
    Ok(Json(clock(&workspace)))
}

fn unprocessable(reason: &str) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, reason)
}

fn clock(workspace: &Workspace) -> Clock {
    let clock = &workspace.engine.clock;
    let speed = match clock.pace() {
        Pace::Times(speed) => Some(speed),
        Pace::Stepped => None,
    };
    Clock {
        now: clock.now(),
        speed,
        stepped: speed.is_none(),
    }
}
