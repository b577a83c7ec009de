//! The fuzz targets on their seeds and on damaged copies of them: no fuzzer is needed to know that they hold.

use std::fs;
use std::path::Path;

use crate::support::Random;

#[allow(unreachable_pub, reason = "the fuzz targets use it too")]
mod targets;

/// Each seed as it is, and this many damaged copies of all of them together.
fn run(name: &str, target: fn(&[u8]), copies: u64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/seeds")
        .join(name);
    let mut seeds: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect();
    seeds.sort();
    let mut random = Random(4);
    for seed in &seeds {
        target(seed);
    }
    for _ in 0..copies {
        let mut copy = seeds[random.below(seeds.len() as u64) as usize].clone();
        for _ in 0..1 + random.below(4) {
            let at = random.below(copy.len() as u64) as usize;
            match random.below(4) {
                0 => copy[at] ^= 1 << random.below(8),
                1 => copy[at] = random.next() as u8,
                2 => copy.insert(at, b"\n{}[]\":,.=-_0Aa"[random.below(15) as usize]),
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
    run("headers", targets::header, 20_000);
    run("tokens", targets::token, 10_000);
    run("keys", targets::key, 3_000);
}
