//! Everything that happens, as server-sent events.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt};

use crate::workspace::Workspace;

/// Each event is JSON and names its message; a reader that lags far behind misses the oldest.
pub(super) async fn stream(
    State(workspace): State<Workspace>,
) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>>> {
    let id = workspace.id;
    let events = BroadcastStream::new(workspace.engine.subscribe());
    let shown = events.filter_map(move |event| {
        let event = event.ok().filter(|event| event.belongs_to(id))?;
        SseEvent::default().json_data(&event).ok().map(Ok)
    });
    Sse::new(shown).keep_alive(KeepAlive::default())
}
