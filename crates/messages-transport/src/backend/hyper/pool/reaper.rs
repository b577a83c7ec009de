//! Closes connections that have been unused for too long.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::Pool;

/// Interval of the search for unused connections: within this time after a server has closed one, the socket is returned
/// to the system.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);
const LONGEST_INTERVAL: Duration = Duration::from_secs(1);

impl Pool {
    /// Sees to it that a task looks for connections that have been unused for too long.
    pub(super) fn reap_from_now_on(self: &Arc<Self>) {
        if !self.reaping.load(Ordering::SeqCst) && !self.reaping.swap(true, Ordering::SeqCst) {
            let reaper = Reaper {
                pool: Arc::downgrade(self),
                interval: (self.settings.idle_timeout / 4)
                    .clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL),
            };
            // A call can be dropped where there is no runtime. Dropped, the reaper says that there is none.
            if let Ok(runtime) = Handle::try_current() {
                runtime.spawn(reaper.run());
            }
        }
    }

    /// Closes what has been unused for too long or was closed by the server. Returns whether there
    /// is anything left to look after.
    fn reap(&self) -> bool {
        let now = Instant::now();
        let mut hosts = self.hosts();
        hosts.0.retain(|_, host| {
            for unused in [&mut host.http, &mut host.https] {
                unused
                    .http1
                    .retain_mut(|(http1, since)| self.is_fresh(*since, now) && http1.is_idle());
                unused
                    .http2
                    .take_if(|(http2, used)| http2.is_closed() || !self.is_fresh(*used, now));
                unused.waiting.retain(|waiting| !waiting.is_closed());
            }
            !(host.http.is_empty() && host.https.is_empty())
        });
        // Under the lock without which no connection is put in.
        self.reaping.store(!hosts.0.is_empty(), Ordering::SeqCst);
        !hosts.0.is_empty()
    }
}

/// The task that closes unused connections, while there are any.
struct Reaper {
    pool: Weak<Pool>,
    interval: Duration,
}

impl Reaper {
    async fn run(mut self) {
        loop {
            tokio::time::sleep(self.interval).await;
            let Some(pool) = self.pool.upgrade() else {
                return;
            };
            if !pool.reap() {
                self.pool = Weak::new();
                return;
            }
        }
    }
}

impl Drop for Reaper {
    /// Also where a runtime ends with the task in it: the next connection starts another.
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.reaping.store(false, Ordering::SeqCst);
        }
    }
}
