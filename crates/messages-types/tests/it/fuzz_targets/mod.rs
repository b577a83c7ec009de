//! Runs the fuzz targets on their seeds and on damaged copies of them, without a fuzzer.

use std::fs;
use std::path::Path;

use messages_types::Kind;

#[allow(unreachable_pub, reason = "the fuzz targets use it too")]
mod targets;

/// Number of places at which each seed is damaged, spread over its length.
const PLACES: usize = 40;

#[test]
fn every_target_holds_on_its_seeds_and_on_damaged_ones() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seeds");
    let (mut folders, mut inputs) = (0, 0);
    for folder in fs::read_dir(seeds).unwrap() {
        let folder = folder.unwrap().path();
        let target = target(folder.file_name().unwrap().to_str().unwrap());
        for seed in fs::read_dir(folder).unwrap() {
            let seed = fs::read(seed.unwrap().path()).unwrap();
            target(&seed);
            for copy in damaged(&seed) {
                target(&copy);
                inputs += 1;
            }
        }
        folders += 1;
    }
    println!("{folders} fuzz targets held on {inputs} damaged inputs");
    assert!(folders >= 14 && inputs > 5_000, "{folders} {inputs}");
}

/// Function of a fuzz target.
type Target = Box<dyn Fn(&[u8])>;

/// Returns the target of this name.
fn target(name: &str) -> Target {
    match name {
        "webhook_event" => Box::new(targets::webhook),
        "sms_segments" => Box::new(|bytes| {
            if let Ok(text) = std::str::from_utf8(bytes) {
                targets::segments(text);
            }
        }),
        _ => {
            let (generation, kind) = name.rsplit_once('_').unwrap();
            let kind: Kind = format!("{}/{kind}", generation.replace('_', "."))
                .parse()
                .unwrap();
            Box::new(move |bytes| targets::document(kind, bytes))
        }
    }
}

/// Copies with a flipped bit, an inserted or replaced byte of JSON syntax, or a missing end.
fn damaged(seed: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    const JSON: &[u8] = b"\"\\{}[]:,-+.e0 \n";
    let step = (seed.len() / PLACES).max(1);
    (0..seed.len()).step_by(step).flat_map(move |at| {
        let mut turned = seed.to_vec();
        turned[at] ^= 1 << (at % 8);
        let mut longer = seed.to_vec();
        longer.insert(at, JSON[at % JSON.len()]);
        let mut replaced = seed.to_vec();
        replaced[at] = JSON[(at / step) % JSON.len()];
        [turned, longer, replaced, seed[..at].to_vec()]
    })
}
