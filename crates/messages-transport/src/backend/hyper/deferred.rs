//! What hyper-util wants done in the background, done without a task where that is possible.
//!
//! Its pool takes a connection back when the answer's body has been read. hyper-util does not know
//! when that is, so it spawns a task for each request that waits for it. Here it is known: the body
//! is read in the same call, so that work is kept back until then, and is usually finished by
//! polling it once. Whatever is not finished then is spawned after all.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use hyper::rt::Executor;
use hyper_util::rt::TokioExecutor;
use tokio::runtime::Handle;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

thread_local! {
    /// While an exchange is polled on this thread: the last work that it gave to its executor.
    static LAST: RefCell<Option<Option<Work>>> = const { RefCell::new(None) };
}

/// Spawns what it is given, but for the last work of the poll of an exchange.
#[derive(Debug, Clone, Copy)]
pub(super) struct DeferringExecutor;

impl Executor<Work> for DeferringExecutor {
    fn execute(&self, work: Work) {
        let due = LAST.with_borrow_mut(|last| match last {
            Some(last) => last.replace(work),
            None => Some(work),
        });
        if let Some(work) = due {
            TokioExecutor::new().execute(work);
        }
    }
}

/// Work that was kept back. It is never lost: what is dropped here goes on as a task.
pub(super) struct Deferred(Option<Work>);

/// Waits for an exchange, and keeps back what it wants done once its answer has been read.
///
/// In the poll that ends the exchange, nothing that the answer depends on can be the last work: the
/// task of its connection has run by then.
pub(super) async fn deferring<F>(mut exchange: F) -> (F::Output, Deferred)
where
    F: Future + Unpin,
{
    poll_fn(|cx| {
        let kept = Keeping::begin();
        let polled = Pin::new(&mut exchange).poll(cx);
        let work = kept.end();
        match polled {
            Poll::Ready(output) => Poll::Ready((output, work)),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

impl Deferred {
    /// Finishes the work if that takes one poll, and spawns it otherwise.
    pub(super) async fn finish(mut self) {
        poll_fn(|cx| {
            if let Some(work) = &mut self.0
                && work.as_mut().poll(cx).is_ready()
            {
                self.0 = None;
            }
            Poll::Ready(())
        })
        .await;
    }
}

impl Drop for Deferred {
    fn drop(&mut self) {
        // Outside a runtime there is no connection that could be saved.
        if let Some(work) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(work);
        }
    }
}

/// That an exchange is polled on this thread. Its connector may poll another one meanwhile, so the
/// state before is put back, also by a panic.
struct Keeping {
    before: Option<Option<Work>>,
}

impl Keeping {
    fn begin() -> Self {
        Self {
            before: LAST.replace(Some(None)),
        }
    }

    fn end(self) -> Deferred {
        Deferred(LAST.with_borrow_mut(|last| last.as_mut().and_then(Option::take)))
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        LAST.set(self.before.take());
    }
}
