//! The rules that decide what happens to messages.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use serde::Serialize;

use super::extract::{Body, Path};
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
    /// Its number, by which it is removed.
    id: u64,
    #[serde(flatten)]
    rule: Arc<Rule>,
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
                    id: one.id,
                    rule: Arc::clone(&one.rule),
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
    check(&rule)?;
    workspace.add_rule(rule);
    flush(&workspace).await?;
    Ok(StatusCode::CREATED)
}

fn check(rule: &Rule) -> Result<(), Refusal> {
    rule.check()
        .map_err(|error| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
}

/// Replaces a rule in its place.
pub(super) async fn edit(
    Selected(workspace): Selected,
    Path(id): Path<u64>,
    Body(rule): Body<Rule>,
) -> Result<StatusCode, Refusal> {
    check(&rule)?;
    let is_edited = workspace.engine.with(|state, now, _| {
        let state = state.workspace_mut(workspace.id);
        state.is_some_and(|state| state.rules.edit(id, rule, now))
    });
    if !is_edited {
        return Err(Refusal::unknown("rule"));
    }
    flush(&workspace).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn clear(Selected(workspace): Selected) -> Result<StatusCode, Refusal> {
    workspace.clear_rules();
    flush(&workspace).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(
    Selected(workspace): Selected,
    Path(id): Path<u64>,
) -> Result<StatusCode, Refusal> {
    let is_removed = workspace.engine.with(|state, _, _| {
        let state = state.workspace_mut(workspace.id);
        state.is_some_and(|state| state.rules.remove(id))
    });
    if !is_removed {
        return Err(Refusal::unknown("rule"));
    }
    flush(&workspace).await?;
    Ok(StatusCode::NO_CONTENT)
}
