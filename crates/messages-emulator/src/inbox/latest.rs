//! Links to messages whose UUID is not known: the newest that matches.

use axum::extract::{Query as UrlQuery, State};
use axum::response::Redirect;

use crate::emulator::workspace::Workspace;
use crate::view::query::Query;

/// Redirects to the newest message that matches; without one, to the list of what there is.
pub(super) async fn redirect(
    State(first): State<Workspace>,
    UrlQuery(query): UrlQuery<Query>,
) -> Redirect {
    match first.messages(&query, 1).first() {
        Some(message) => Redirect::to(&format!("/inbox/?message={}", message.message_uuid)),
        None => Redirect::to("/inbox/"),
    }
}
