//! All paths of an emulator.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;

use crate::server::{Guard, guard};
use crate::workspace::Workspace;

pub(crate) fn router(first: &Workspace, rules: Guard) -> Router {
    let rules = Arc::new(rules);
    crate::api::router(&first.engine)
        .merge(crate::control::router(first.clone()))
        .merge(crate::inbox::router(Arc::clone(&rules)))
        .layer(from_fn_with_state(rules, guard))
        // The server has limits of its own.
        .layer(DefaultBodyLimit::disable())
}
