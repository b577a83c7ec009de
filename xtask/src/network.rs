//! Whether a command failed because what it wanted to fetch was out of reach: the only reason for which a gate is skipped.

use std::process::Output;

/// What cargo, rustup and git say when a server cannot be reached.
const SIGNS: &[&str] = &[
    "could not connect",
    "could not download file",
    "could not resolve",
    "couldn't connect",
    "couldn't resolve",
    "connection refused",
    "connection reset",
    "dns error",
    "error sending request",
    "failed to connect",
    "failed to lookup address",
    "failed to resolve address",
    "network is unreachable",
    "network failure",
    "spurious network error",
    "timed out",
    "timeout was reached",
    "unexpected eof while reading",
];

/// Whether this is the output of a command that failed since it could not reach a server. One that got there at a later try has
/// complained too.
pub(crate) fn was_unreachable(output: &Output) -> bool {
    if output.status.success() {
        return false;
    }
    let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
    SIGNS.iter().any(|sign| said.contains(sign))
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn failed(stderr: &str) -> Output {
        Output {
            status: ExitStatus::from_raw(256),
            stdout: Vec::new(),
            stderr: stderr.into(),
        }
    }

    #[test]
    fn a_server_out_of_reach_is_told_from_a_mistake() {
        for unreachable in [
            "error: could not download file from 'https://static.rust-lang.org/dist/channel-rust-stable.toml.sha256'",
            "error: failed to get `serde`\n\nCaused by:\n  [7] Couldn't connect to server (Failed to connect to 127.0.0.1 port 9)",
            "warning: spurious network error (3 tries remaining): [6] Could not resolve hostname (Could not resolve host: index.crates.io)",
        ] {
            assert!(was_unreachable(&failed(unreachable)), "{unreachable}");
        }
        let mut later = failed("warning: spurious network error (2 tries remaining)");
        later.status = ExitStatus::from_raw(0);
        assert!(!was_unreachable(&later));
        for mistake in [
            "error: expected `;`, found `<eof>`: unexpected eof",
            "error: no matching package named `serd` found",
            "error: failed to select a version for `http`.",
            "error: failed to parse manifest at `Cargo.toml`",
            "error: the `-Z` flag is only accepted on the nightly channel of Cargo",
            "error: could not compile `cargo-deny` (lib) due to 1 previous error",
        ] {
            assert!(!was_unreachable(&failed(mistake)), "{mistake}");
        }
    }
}
