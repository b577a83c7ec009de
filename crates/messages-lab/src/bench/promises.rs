//! Promises about each part, and the benchmarks that measure it beside its floor.

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

/// A benchmark that is a program of its own: of which crate, its name, and what it is held to.
const PROMISES: &[(&str, &str, &str)] = &[
    (
        "messages-auth",
        "limits",
        "A header from a cached token within 100 ns and without an allocation; a webhook verified in 1.3 times what \
         jsonwebtoken and one SHA-256 of the body take",
    ),
    (
        "messages-transport",
        "throughput",
        "The hyper backend with all decorators makes 0.95 of the raw client's requests with 1.10 of its CPU time; the \
         reqwest backend 0.95 of raw reqwest's",
    ),
    (
        "messages-sdk",
        "throughput",
        "With a JWT 0.90 of raw hyper's messages with 1.20 of its CPU time, and 0.98 of what Basic makes",
    ),
    (
        "messages-cli",
        "throughput",
        "`messages send --file` makes 0.85 of raw hyper's messages",
    ),
];

/// The output of one of them.
pub(super) struct Promise {
    pub(super) about: &'static str,
    pub(super) command: String,
    pub(super) printed: String,
}

pub(super) fn measure(sh: &Shell) -> Result<Vec<Promise>> {
    PROMISES
        .iter()
        .map(|(package, bench, about)| {
            let arguments = ["--package", package, "--all-features", "--bench", bench];
            // One that is not held fails after it has printed by how much.
            let printed = cmd!(sh, "cargo bench --quiet --locked {arguments...}")
                .quiet()
                .ignore_status()
                .ignore_stderr()
                .read()
                .with_context(|| format!("{bench} of {package}"))?;
            ensure!(
                !printed.trim().is_empty(),
                "{bench} of {package} did not come to its end"
            );
            Ok(Promise {
                about,
                command: format!("cargo bench {}", arguments.join(" ")),
                printed,
            })
        })
        .collect()
}
