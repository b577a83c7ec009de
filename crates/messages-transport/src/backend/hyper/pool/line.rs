//! The requests that wait for a connection to come free, and what becomes of the ones they were opening.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::sync::oneshot;

use super::{Lease, Pool, Unused};
use crate::TransportError;
use crate::backend::hyper::origin::Origin;

/// A request's place in line for a connection that comes free. Dropped, it hands on what it was given and has not taken.
pub(super) struct Line<'a> {
    pool: &'a Arc<Pool>,
    origin: &'a Origin,
    freed: oneshot::Receiver<Lease>,
}

impl<'a> Line<'a> {
    pub(super) fn join(pool: &'a Arc<Pool>, origin: &'a Origin) -> Self {
        let freed = pool.hosts().change(origin, Unused::enqueue);
        pool.reap_from_now_on();
        Self {
            pool,
            origin,
            freed,
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Lease> {
        loop {
            let freed = ready!(Pin::new(&mut self.freed).poll(cx));
            if let Ok(mut lease) = freed
                && lease.is_open()
            {
                return Poll::Ready(lease);
            }
            // The server has closed it since.
            self.freed = self.pool.hosts().change(self.origin, Unused::enqueue);
        }
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.freed.close();
        // An HTTP/2 connection is shared anyhow.
        if let Ok(Lease::Http1(http1)) = self.freed.try_recv() {
            self.pool.give_back(http1);
        }
    }
}

/// Leave to go on opening a connection whose request has another one, for those that follow.
pub(super) struct Kept {
    pool: Arc<Pool>,
    origin: Origin,
}

impl Kept {
    /// `None` if there would be more than are kept unused: a server that refuses connections must not be flooded.
    pub(super) fn new(pool: &Arc<Pool>, origin: Origin) -> Option<Self> {
        let most = pool.settings.max_idle_per_host;
        let has_room = pool.hosts().change(&origin, |unused| {
            let has_room = unused.http1.len() + unused.kept < most;
            unused.kept += usize::from(has_room);
            has_room
        });
        has_room.then(|| Self {
            pool: Arc::clone(pool),
            origin,
        })
    }

    pub(super) async fn keep(self, opening: impl Future<Output = Result<Lease, TransportError>>) {
        // One for HTTP/2 is shared already, and a failure has no owner.
        if let Ok(Lease::Http1(http1)) = opening.await {
            self.pool.give_back(http1);
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let mut hosts = self.pool.hosts();
        hosts.change(&self.origin, |unused| {
            unused.kept = unused.kept.saturating_sub(1);
        });
    }
}
