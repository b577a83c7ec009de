//! The rules that decide what happens to messages.

use axum::Json;
use axum::http::StatusCode;
use serde::Serialize;

use super::extract::Body;
use super::selected::Selected;
use super::{Refusal, flush};
use crate::rules::Rule;

#[derive(Serialize)]
pub(super) struct Rules {
    /// The first that holds decides.
    rules: Vec<Met>,
}

#[derive(Serialize)]
struct Met {
    #[serde(flatten)]
    rule: Rule,
    /// Number of times its conditions matched.
    met: u64,
}

pub(super) async fn list(Selected(workspace): Selected) -> Json<Rules> {
    Json(workspace.engine.look(|state, _| {
        Rules {
            rules: state
                .workspace(workspace.id)
                .into_iter()
                .flat_map(|state| state.rules.counted())
                .map(|one| Met {
                    rule: one.rule.clone(),
                    met: one.met,
                })
                .collect(),
        }
    }))
}

pub(super) async fn add(
    Selected(workspace): Selected,
    Body(rule): Body<Rule>,
) -> Result<StatusCode, Refusal> {
    rule.check()
        .map_err(|error| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    workspace.add_rule(rule);
    flush(&workspace).await?;
    Ok(StatusCode::CREATED)
}

pub(super) async fn clear(Selected(workspace): Selected) -> Result<StatusCode, Refusal> {
    workspace.clear_rules();
    flush(&workspace).await?;
    Ok(StatusCode::NO_CONTENT)
}
