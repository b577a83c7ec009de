//! Signals that end a command in order.

use std::future::Future;

/// Registers for Ctrl-C (SIGINT), SIGTERM and SIGHUP at once, so that none that arrives after this call ends the process, and
/// returns a future that waits for one. A SIGHUP that is ignored, as `nohup` has it, stays ignored.
#[cfg(unix)]
pub(crate) fn interrupted() -> impl Future<Output = ()> {
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};

    let hangup = (!hangup_is_ignored()).then(SignalKind::hangup);
    let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
    let mut signals: Vec<_> = kinds
        .into_iter()
        .chain(hangup)
        .filter_map(|kind| signal(kind).ok())
        .collect();
    // A signal that cannot be registered for is not received.
    std::future::poll_fn(move |cx| {
        let received = signals
            .iter_mut()
            .any(|signal| signal.poll_recv(cx).is_ready());
        if received {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Interrupts cannot be received then.
        std::future::pending::<()>().await;
    }
}

/// Returns `true` if the process was started with SIGHUP ignored. Linux only: elsewhere there is no safe way to find
/// out.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 != 0)
}
