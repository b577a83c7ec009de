//! The fuzz targets on their seeds and on damaged copies of them: no fuzzer is needed to know that they hold.

use std::fs;
use std::path::Path;

#[allow(unreachable_pub, reason = "the fuzz targets use it too")]
mod targets;

/// Each seed as it is, and this many damaged copies of all of them together.
fn run(name: &str, target: fn(&[u8]), copies: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/seeds")
        .join(name);
    let mut seeds: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect();
    seeds.sort();
    for seed in &seeds {
        target(seed);
    }
    let mut random = fastrand::Rng::with_seed(4);
    for _ in 0..copies {
        let mut copy = random.choice(&seeds).unwrap().clone();
        for _ in 0..random.usize(1..5) {
            let at = random.usize(..copy.len());
            match random.u8(..4) {
                0 => copy[at] ^= 1 << random.u8(..8),
                1 => copy[at] = random.u8(..),
                2 => copy.insert(at, *random.choice(b"\r\n :;,0A").unwrap()),
                _ => copy.truncate(at.max(1)),
            }
        }
        target(&copy);
    }
    println!(
        "fuzz target {name}: {} seeds and {copies} damaged copies",
        seeds.len()
    );
}

#[test]
fn the_targets_hold_on_damaged_seeds() {
    run("answers_http1", targets::answer_over_http1, 3_000);
    run("answers_http2", targets::answer_over_http2, 3_000);
    run("retry_after", targets::retry_after, 20_000);
}
