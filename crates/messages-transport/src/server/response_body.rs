//! A response body that reports its end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};

use super::connection::Connection;

pub(super) struct ResponseBody<B> {
    body: Pin<Box<B>>,
    connection: Arc<Connection>,
}

impl<B> ResponseBody<B> {
    pub(super) fn new(body: B, connection: Arc<Connection>) -> Self {
        Self {
            body: Box::pin(body),
            connection,
        }
    }
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.get_mut().body.as_mut().poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for ResponseBody<B> {
    fn drop(&mut self) {
        self.connection.answered();
    }
}
