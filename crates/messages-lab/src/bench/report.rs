//! The tables of `docs/benchmarks.md`. What stands outside of the marks is written by hand and stays.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use xshell::Shell;

use super::codec::Timing;
use super::promises::Promise;
use super::sample::{median, ratio};
use super::{Series, picture};

const PAGE: &str = "docs/benchmarks.md";
const PICTURE: &str = "docs/benchmarks.svg";
const BEGIN: &str = "<!-- written by `cargo xtask bench` -->\n";
const END: &str = "<!-- end -->";

pub(super) fn write(
    sh: &Shell,
    levels: &[(u32, Vec<Series>)],
    codec: &[Timing],
    promises: &[Promise],
) -> Result<()> {
    let page = sh.read_file(PAGE)?;
    let (before, rest) = page.split_once(BEGIN).context("the page has no mark")?;
    let (_, after) = rest
        .split_once(END)
        .context("the page has no second mark")?;
    let mut text = before.to_owned();
    text.push_str(BEGIN);
    writeln!(
        text,
        "\n{}\n\n![Messages a second](benchmarks.svg)\n",
        machine(sh)?
    )?;
    for (concurrency, series) in levels {
        level(&mut text, *concurrency, series)?;
    }
    timings(&mut text, codec)?;
    held(&mut text, promises)?;
    text.push_str(END);
    text.push_str(after);
    sh.write_file(PAGE, text)?;
    sh.write_file(PICTURE, picture::draw(levels)?)?;
    Ok(())
}

/// On what it was measured.
fn machine(sh: &Shell) -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let load = sh.read_file("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("?");
    let rounds = super::ROUNDS;
    let milliseconds = super::ROUND_MILLISECONDS;
    Ok(format!(
        "{cores} cores; medians of {rounds} rounds of {milliseconds} ms each; a load of {load} at the end of the run."
    ))
}

fn level(text: &mut String, concurrency: u32, series: &[Series]) -> Result<()> {
    let base = &series.first().context("nothing was measured")?.samples;
    writeln!(
        text,
        "### {concurrency} at a time\n\n\
         | | messages/s | to raw hyper | CPU a message | to raw hyper | p50 | p99 | peak memory |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for Series {
        contender,
        samples,
        peak,
    } in series
    {
        let of = |value: fn(&super::Sample) -> f64| median(samples.iter().map(value));
        writeln!(
            text,
            "| {contender} | {:.0} | {:.3} | {:.1} µs | {:.2} | {:.0} µs | {:.0} µs | {:.1} MiB |",
            of(|sample| sample.rate)?,
            ratio(samples, base, |sample| sample.rate)?,
            of(|sample| sample.cpu)?,
            ratio(samples, base, |sample| sample.cpu)?,
            of(|sample| sample.p50)?,
            of(|sample| sample.p99)?,
            *peak as f64 / 1024.0,
        )?;
    }
    text.push('\n');
    Ok(())
}

fn timings(text: &mut String, codec: &[Timing]) -> Result<()> {
    writeln!(
        text,
        "### One operation\n\n| benchmark | time |\n| --- | ---: |"
    )?;
    for Timing { name, nanoseconds } in codec {
        if *nanoseconds < 10_000.0 {
            writeln!(text, "| {name} | {nanoseconds:.0} ns |")?;
        } else {
            writeln!(text, "| {name} | {:.1} µs |", nanoseconds / 1_000.0)?;
        }
    }
    text.push('\n');
    Ok(())
}

fn held(text: &mut String, promises: &[Promise]) -> Result<()> {
    writeln!(text, "### What is promised")?;
    for Promise {
        about,
        command,
        printed,
    } in promises
    {
        writeln!(
            text,
            "\n{about}: `{command}`\n\n```text\n{}\n```",
            printed.trim()
        )?;
    }
    text.push('\n');
    Ok(())
}
