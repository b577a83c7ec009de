//! Signals that end a command in order.

/// Waits for Ctrl-C (SIGINT), SIGTERM or SIGHUP. A SIGHUP that is ignored, as `nohup` has it, stays ignored.
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = (!hangup_is_ignored()).then(|| signal(SignalKind::hangup()));
        let hangup = async {
            match hangup {
                Some(Ok(mut hangup)) => hangup.recv().await,
                _ => std::future::pending().await,
            }
        };
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hangup => {}
            }
            return;
        }
    }
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
