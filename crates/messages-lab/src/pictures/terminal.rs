//! Commands that run in a terminal, and commands that run beside it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::screen::{COLUMNS, ROWS, Screen};

/// A pseudo-terminal with a command in it; util-linux's `script` makes it.
pub(super) struct Terminal {
    child: Child,
    output: Receiver<Vec<u8>>,
    screen: Screen,
}

impl Terminal {
    pub(super) fn open(command: &str, folder: &Path, variables: &[(&str, &str)]) -> Result<Self> {
        let command = format!("stty cols {COLUMNS} rows {ROWS}; exec {command}");
        let mut child = Command::new("script")
            .args([
                "--quiet",
                "--return",
                "--flush",
                "--command",
                &command,
                "/dev/null",
            ])
            .current_dir(folder)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", folder)
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("`script` (util-linux) is needed")?;
        let stdout = child.stdout.take().context("no output")?;
        Ok(Self {
            child,
            output: pump(stdout),
            screen: Screen::new(),
        })
    }

    /// Watches until the command ends, which it must do well.
    pub(super) fn watch_to_the_end(&mut self, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        while self.watch_once(deadline)? {}
        let status = self.child.wait()?;
        if !status.success() {
            bail!("it ended with {status}:\n{}", self.screen.text());
        }
        Ok(())
    }

    /// Watches until the screen shows what is wanted.
    pub(super) fn watch_until(
        &mut self,
        is_wanted: impl Fn(&str) -> bool,
        patience: Duration,
    ) -> Result<()> {
        let deadline = Instant::now() + patience;
        while !is_wanted(&self.screen.text()) {
            if Instant::now() > deadline || !self.watch_once(deadline)? {
                bail!("what is wanted was never shown:\n{}", self.screen.text());
            }
        }
        Ok(())
    }

    /// Watches for some time.
    pub(super) fn watch_for(&mut self, time: Duration) -> Result<()> {
        let deadline = Instant::now() + time;
        while Instant::now() < deadline && self.watch_once(deadline)? {}
        Ok(())
    }

    /// Takes what comes next; false when nothing can come any more.
    fn watch_once(&mut self, deadline: Instant) -> Result<bool> {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.output.recv_timeout(left) {
            Ok(bytes) => self.screen.process(&bytes),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn into_screen(mut self) -> Screen {
        std::mem::take(&mut self.screen)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The terminal goes with it, and with the terminal the command.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pump(mut output: ChildStdout) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = output.read(&mut buffer) {
            let bytes = buffer.get(..read).unwrap_or_default().to_vec();
            if sender.send(bytes).is_err() {
                return;
            }
        }
    });
    receiver
}

/// A command that runs while others are watched, and says in its first line how it is reached.
pub(super) struct Background {
    child: Child,
    ready: serde_json::Value,
}

impl Background {
    pub(super) fn start(
        binary: &Path,
        arguments: &[&str],
        folder: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let mut child = Command::new(binary)
            .args(arguments)
            .env_clear()
            .env("HOME", folder)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let ready = serde_json::from_str(&line).context("the first line is no JSON")?;
        // Read on, or it would wait for its reader.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        Ok(Self { child, ready })
    }

    /// The environment of a command that talks to it.
    pub(super) fn variables(&self) -> Result<Vec<(String, String)>> {
        [
            ("MESSAGES_ENDPOINT", "url"),
            ("VONAGE_API_KEY", "api_key"),
            ("VONAGE_API_SECRET", "api_secret"),
            ("VONAGE_SIGNATURE_SECRET", "signature_secret"),
        ]
        .into_iter()
        .map(|(name, member)| {
            let value = self.ready[member].as_str().context(member)?;
            Ok((name.to_owned(), value.to_owned()))
        })
        .collect()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
