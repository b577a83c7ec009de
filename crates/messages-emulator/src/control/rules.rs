//! The rules that decide what happens to messages.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::rules::Rule;
use crate::workspace::Workspace;

#[derive(Serialize)]
pub(super) struct Rules {
    /// The first that holds decides.
    rules: Vec<Met>,
}

#[derive(Serialize)]
struct Met {
    #[serde(flatten)]
    rule: Rule,
    /// How often its conditions held.
    met: u64,
}

pub(super) async fn list(State(workspace): State<Workspace>) -> Json<Rules> {
    Json(workspace.engine.look(|world, _| {
        Rules {
            rules: world
                .workspace(workspace.id)
                .into_iter()
                .flat_map(|state| state.rules.iter())
                .map(|(rule, met)| Met {
                    rule: rule.clone(),
                    met,
                })
                .collect(),
        }
    }))
}

pub(super) async fn add(State(workspace): State<Workspace>, Json(rule): Json<Rule>) -> StatusCode {
    workspace.add_rule(rule);
    StatusCode::CREATED
}

pub(super) async fn clear(State(workspace): State<Workspace>) -> StatusCode {
    workspace.clear_rules();
    StatusCode::NO_CONTENT
}
