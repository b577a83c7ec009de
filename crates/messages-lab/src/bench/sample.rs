//! Results of a round, and of many rounds together.

use anyhow::{Context, Result, ensure};

#[derive(Clone, Copy)]
pub(super) struct Sample {
    /// Messages a second.
    pub(super) rate: f64,
    /// Microseconds of CPU time a message.
    pub(super) cpu: f64,
    /// Microseconds within which half of the messages were accepted.
    pub(super) p50: f64,
    /// The same of 99 in a hundred.
    pub(super) p99: f64,
}

impl Sample {
    /// Reads a contender's line.
    pub(super) fn parse(line: &str, cpu_seconds: f64) -> Result<Self> {
        let numbers: Vec<f64> = line
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let [sent, seconds, p50, p99] = numbers[..] else {
            anyhow::bail!("four numbers are expected");
        };
        ensure!(sent > 0.0 && seconds > 0.0, "nothing was sent");
        Ok(Self {
            rate: sent / seconds,
            cpu: cpu_seconds * 1e6 / sent,
            p50,
            p99,
        })
    }
}

pub(super) fn median(values: impl IntoIterator<Item = f64>) -> Result<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values
        .get(values.len() / 2)
        .copied()
        .context("a median of nothing")
}

/// The median over the rounds of a value's ratio to the baseline's in the same round.
pub(super) fn ratio(own: &[Sample], base: &[Sample], value: fn(&Sample) -> f64) -> Result<f64> {
    median(
        own.iter()
            .zip(base)
            .map(|(own, base)| value(own) / value(base)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contenders_line_becomes_rates() {
        let sample = Sample::parse("1000 0.5 90.5 200", 0.1).unwrap();
        assert_eq!(sample.rate, 2_000.0);
        assert_eq!(sample.cpu, 100.0);
        assert_eq!((sample.p50, sample.p99), (90.5, 200.0));
        assert!(Sample::parse("0 0.5 1 2", 0.1).is_err());
        assert!(Sample::parse("error", 0.1).is_err());
    }

    #[test]
    fn ratios_are_those_within_a_round() {
        let sample = |rate| Sample {
            rate,
            cpu: 1.0,
            p50: 1.0,
            p99: 1.0,
        };
        let base = [sample(100.0), sample(10.0), sample(1_000.0)];
        let own = [sample(90.0), sample(9.0), sample(900.0)];
        assert_eq!(ratio(&own, &base, |sample| sample.rate).unwrap(), 0.9);
    }
}
