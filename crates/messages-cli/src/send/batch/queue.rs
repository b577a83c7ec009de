//! Hands documents to the workers, one after the other, at the requested rate, until it is closed.

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::vec;

use messages_sdk::policy::{Quota, RateLimitPolicy};
use messages_sdk::transport::TokioTimer;
use messages_sdk::transport::layer::rate_limit::{RateLimiter, RateScope};
use tokio::sync::{mpsc, watch};

use crate::send::input::Item;

/// The documents that are still to be sent.
///
/// Documents that are read already are handed out under a plain lock. Only a worker that has to wait, for the input or
/// for the rate, takes a turn: a fair lock around everything would make each worker wait for all others.
pub(super) struct ItemQueue {
    ready: Mutex<Ready>,
    turn: tokio::sync::Mutex<()>,
    limiter: Option<RateLimiter>,
    closed: watch::Sender<bool>,
}

struct Ready {
    chunks: mpsc::Receiver<Vec<Item>>,
    chunk: vec::IntoIter<Item>,
    /// A copy of `closed` under the lock that is taken anyway.
    is_closed: bool,
}

impl ItemQueue {
    pub(super) fn new(chunks: mpsc::Receiver<Vec<Item>>, rate: Option<Quota>) -> Self {
        Self {
            ready: Mutex::new(Ready {
                chunks,
                chunk: Vec::new().into_iter(),
                is_closed: false,
            }),
            turn: tokio::sync::Mutex::new(()),
            limiter: rate
                .map(|rate| RateLimiter::new(RateLimitPolicy::default().account(rate), TokioTimer)),
            closed: watch::Sender::new(false),
        }
    }

    /// The next document, when its time has come; `None` at the end of the input and after `close`.
    pub(super) async fn next(&self) -> Option<Item> {
        if self.limiter.is_none()
            && let Some(item) = self.ready().take()
        {
            return Some(item);
        }
        let _turn = self.turn.lock().await;
        let mut closed = self.closed.subscribe();
        tokio::select! {
            biased;
            // The sender lives as long as `self`, so this ends only when the queue is closed.
            _ = closed.wait_for(|closed| *closed) => None,
            item = self.wait() => item,
        }
    }

    async fn wait(&self) -> Option<Item> {
        // The document first: a worker that finds none must not use up a turn, nor wait for it.
        let item = poll_fn(|context| self.ready().poll(context)).await?;
        if let Some(limiter) = &self.limiter {
            // One worker waits at a time, so the limiter's queue is never full.
            let _ = limiter.turn(&RateScope::default()).await;
        }
        Some(item)
    }

    /// No document is handed out any more.
    pub(super) fn close(&self) {
        self.ready().is_closed = true;
        self.closed.send_replace(true);
    }

    fn ready(&self) -> MutexGuard<'_, Ready> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ready {
    /// The next document, if it is read already.
    fn take(&mut self) -> Option<Item> {
        if self.is_closed {
            return None;
        }
        loop {
            match self.chunk.next() {
                Some(item) => return Some(item),
                None => self.chunk = self.chunks.try_recv().ok()?.into_iter(),
            }
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Item>> {
        loop {
            if let Some(item) = self.chunk.next() {
                return Poll::Ready(Some(item));
            }
            match self.chunks.poll_recv(context) {
                Poll::Ready(Some(chunk)) => self.chunk = chunk.into_iter(),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
