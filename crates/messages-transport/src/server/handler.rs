//! A handler that outlives its connection.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// A call of the service.
pub(super) type Handler<R> = Pin<Box<dyn Future<Output = R> + Send>>;

/// Receives the handler of a connection that ended before it.
pub(super) struct Abandoned<R>(Arc<Mutex<Option<Handler<R>>>>);

impl<R> Abandoned<R> {
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    pub(super) fn take(&self) -> Option<Handler<R>> {
        let mut handler = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        handler.take()
    }
}

impl<R> Clone for Abandoned<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Runs a handler, and hands it over when it is dropped before its end.
pub(super) struct Running<R> {
    handler: Option<Handler<R>>,
    abandoned: Abandoned<R>,
}

impl<R> Running<R> {
    pub(super) fn new(handler: Handler<R>, abandoned: Abandoned<R>) -> Self {
        Self {
            handler: Some(handler),
            abandoned,
        }
    }
}

impl<R> Future for Running<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let Some(handler) = &mut self.handler else {
            return Poll::Pending;
        };
        let polled = handler.as_mut().poll(cx);
        if polled.is_ready() {
            self.handler = None;
        }
        polled
    }
}

impl<R> Drop for Running<R> {
    fn drop(&mut self) {
        if let Some(handler) = self.handler.take() {
            let mut abandoned = self
                .abandoned
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *abandoned = Some(handler);
        }
    }
}
