//! Notifications that rows may have become claimable.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::poll_fn;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio_postgres::{AsyncMessage, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Wait before another connection is made.
const RECONNECT: Duration = Duration::from_secs(1);

/// A task that passes on the server's notifications. Without a connection, waiters find the rows by polling.
pub(crate) struct Listener {
    task: AbortHandle,
}

impl Listener {
    pub(crate) fn start(config: Config, tls: MakeRustlsConnect, changed: Arc<Notify>) -> Self {
        let task = tokio::spawn(async move {
            loop {
                // An error is reported by the requests, which need connections as well.
                let _ = listen(&config, tls.clone(), &changed).await;
                tokio::time::sleep(RECONNECT).await;
            }
        });
        Self {
            task: task.abort_handle(),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(
    config: &Config,
    tls: MakeRustlsConnect,
    changed: &Notify,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(tls).await?;
    let mut listening = pin!(client.batch_execute("LISTEN messages_outbox"));
    let mut is_listening = false;
    loop {
        tokio::select! {
            result = &mut listening, if !is_listening => {
                result?;
                is_listening = true;
                // Rows may have been added before.
                wake(changed);
            }
            message = poll_fn(|context| connection.poll_message(context)) => match message {
                Some(Ok(AsyncMessage::Notification(_))) => wake(changed),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
        }
    }
}

/// Wakes the waiters, and one that is about to come.
pub(crate) fn wake(changed: &Notify) {
    changed.notify_waiters();
    changed.notify_one();
}
