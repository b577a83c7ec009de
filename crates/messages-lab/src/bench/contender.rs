//! Processes that send messages on demand, and the one that answers them.
//!
//! A contender says `ready`, then reads lines `CONCURRENCY MILLISECONDS`, sends for that long, and answers each with a line
//! `SENT SECONDS P50 P99`, both percentiles in microseconds.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::sample::Sample;

/// The kernel counts CPU time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

pub(super) struct Contender {
    pub(super) name: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Contender {
    pub(super) fn start(name: &str, command: &[String]) -> Result<Self> {
        let (mut child, output) = spawn(command)?;
        let input = child.stdin.take().context("no stdin")?;
        let mut contender = Self {
            name: name.to_owned(),
            child,
            input,
            output,
        };
        let line = contender.line()?;
        ensure!(line == "ready", "{name} does not start: {line}");
        Ok(contender)
    }

    /// Lets it send for a while.
    pub(super) fn round(&mut self, concurrency: u32, milliseconds: u64) -> Result<Sample> {
        let before = self.cpu_seconds()?;
        writeln!(self.input, "{concurrency} {milliseconds}")?;
        self.input.flush()?;
        let line = self.line()?;
        let cpu = self.cpu_seconds()? - before;
        Sample::parse(&line, cpu).with_context(|| format!("{} answers {line:?}", self.name))
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(!line.is_empty(), "{} has ended", self.name);
        Ok(line.trim().to_owned())
    }

    /// User and system time of the process, with all threads it ever had.
    fn cpu_seconds(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in brackets may hold anything; what follows it are numbers.
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks: u64 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        Ok(ticks as f64 / TICKS_PER_SECOND)
    }

    /// The most memory it ever had, in KiB.
    pub(super) fn peak_memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        status
            .lines()
            .find_map(|line| {
                line.strip_prefix("VmHWM:")?
                    .split_whitespace()
                    .next()?
                    .parse()
                    .ok()
            })
            .context("the kernel does not say how much memory a process has")
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

pub(super) struct Server {
    child: Child,
    pub(super) base: String,
}

impl Server {
    /// Starts it. It prints its address and then answers whatever comes.
    pub(super) fn start(binary: &str) -> Result<Self> {
        let (child, mut output) = spawn(&[binary.to_owned(), "serve".to_owned()])?;
        let mut address = String::new();
        output.read_line(&mut address)?;
        let base = format!("http://{}", address.trim());
        Ok(Self { child, base })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

fn spawn(command: &[String]) -> Result<(Child, BufReader<ChildStdout>)> {
    let (program, arguments) = command.split_first().context("no program")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{program} cannot be started"))?;
    let output = child.stdout.take().context("no stdout")?;
    Ok((child, BufReader::new(output)))
}

/// It may be gone already, which is as well.
fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
