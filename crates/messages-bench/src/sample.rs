//! Results of a round, and of many rounds together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::{Contender, Failure};

/// Results of a contender in one round.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Messages that were taken.
    pub sent: usize,
    /// From the first call to the last answer.
    pub took: Duration,
    /// User and system time of this process.
    pub cpu: Duration,
    /// Median of the time for one message.
    pub p50: Duration,
    /// The same of 99 in a hundred.
    pub p99: Duration,
}

impl Sample {
    /// Messages a second.
    pub fn rate(&self) -> f64 {
        self.sent as f64 / self.took.as_secs_f64()
    }

    /// Microseconds of CPU time a message.
    pub fn cpu_each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.sent as f64
    }
}

/// Lets a contender send for a while, `concurrency` messages at a time.
///
/// # Errors
///
/// When a message was not taken, or the kernel does not tell of CPU time.
pub async fn round(
    contender: &Contender,
    concurrency: usize,
    length: Duration,
) -> Result<Sample, Failure> {
    let cpu_before = cpu_time()?;
    let began = Instant::now();
    let tasks: Vec<_> = (0..concurrency)
        .map(|_| tokio::spawn(send_until(Arc::clone(contender), began + length)))
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.append(&mut task.await??);
    }
    let took = began.elapsed();
    let cpu = cpu_time()?.saturating_sub(cpu_before);
    times.sort_unstable();
    let at = |hundredths: usize| times.get(times.len() * hundredths / 100).copied();
    Ok(Sample {
        sent: times.len(),
        took,
        cpu,
        p50: at(50).unwrap_or_default(),
        p99: at(99).unwrap_or_default(),
    })
}

/// Sends one message after the other, at least one, and says how long each took.
async fn send_until(contender: Contender, end: Instant) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    let mut before = Instant::now();
    loop {
        contender().await?;
        let after = Instant::now();
        times.push(after - before);
        if after >= end {
            return Ok(times);
        }
        before = after;
    }
}

/// User and system time of this process, from the kernel's nanosecond account of each thread.
fn cpu_time() -> std::io::Result<Duration> {
    let threads = std::fs::read_dir("/proc/self/task")?;
    let nanoseconds = threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .sum();
    Ok(Duration::from_nanos(nanoseconds))
}

/// Whose turn it is, for so many rounds of all contenders, by number. None always comes after the same one.
pub fn turns(contenders: usize, rounds: usize) -> impl Iterator<Item = usize> {
    (0..rounds).flat_map(move |round| (0..contenders).map(move |step| (step + round) % contenders))
}

/// The middle one of the values, or the upper of two; not a number when there is none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The median over the rounds of a value's ratio to the baseline's of the same round.
pub fn ratio<T>(own: &[T], base: &[T], value: impl Fn(&T) -> f64) -> f64 {
    median(
        own.iter()
            .zip(base)
            .map(|(own, base)| value(own) / value(base)),
    )
}

/// A contender in figures: medians, and ratios to a baseline.
pub fn row(own: &[Sample], base: &[Sample]) -> String {
    format!(
        "{:>7.0}/s  x{:.3}   {:>6.1} us CPU  x{:.3}",
        median(own.iter().map(Sample::rate)),
        ratio(own, base, Sample::rate),
        median(own.iter().map(Sample::cpu_each)),
        ratio(own, base, Sample::cpu_each),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_gives_everyone_a_turn_and_begins_with_another() {
        assert_eq!(
            turns(3, 4).collect::<Vec<_>>(),
            [0, 1, 2, 1, 2, 0, 2, 0, 1, 0, 1, 2]
        );
    }

    #[test]
    fn a_ratio_is_the_median_of_those_within_a_round() {
        let base = [100.0, 10.0, 1_000.0];
        let own = [90.0, 8.0, 990.0];
        assert_eq!(ratio(&own, &base, |value| *value), 0.9);
    }
}
