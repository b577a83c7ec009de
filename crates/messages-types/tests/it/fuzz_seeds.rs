//! Seeds of the fuzz targets.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fixtures;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seeds")
}

/// Checks that a document encoded by a snapshot test is a seed of the target that decodes it. Accepting a snapshot
/// updates the seed, too.
pub(crate) fn assert_seed(target: &str, name: &str, document: &[u8]) {
    assert_file(target, name, &[document, b"\n"].concat());
}

fn assert_file(target: &str, name: &str, content: &[u8]) {
    let seed = folder().join(target).join(format!("{name}.json"));
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        fs::write(&seed, content).unwrap();
    }
    assert_eq!(
        fs::read(&seed).ok().as_deref(),
        Some(content),
        "{} is not the document: INSTA_UPDATE=always writes it",
        seed.display()
    );
}

#[test]
fn every_fuzz_target_has_seeds_and_the_fixtures_are_among_them() {
    let mut targets = 0;
    for seeds in fs::read_dir(folder()).unwrap() {
        let seeds = seeds.unwrap().path();
        let count = fs::read_dir(&seeds).map_or(0, Iterator::count);
        assert!(count > 0, "{} is empty", seeds.display());
        targets += 1;
    }
    assert!(targets >= 14, "{targets}");
    for fixture in fixtures::received() {
        let (place, case) = fixture.name.rsplit_once('/').unwrap();
        assert_file(&place.replace('/', "_"), case, &fixture.bytes);
    }
}
