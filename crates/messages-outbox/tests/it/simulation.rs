//! Seeded histories, with planted bugs and without.

use messages_outbox::testing::{Bug, simulation};

/// Histories of a default test run; `cargo test --release` runs more.
const HISTORIES: u64 = if cfg!(debug_assertions) {
    1_000
} else {
    10_000
};

#[test]
fn no_history_loses_or_doubles_a_row() {
    run(HISTORIES);
}

#[test]
#[ignore = "takes a minute in release mode: cargo xtask long-runs"]
fn no_history_of_100_000_loses_or_doubles_a_row() {
    run(100_000);
}

fn run(histories: u64) {
    let began = std::time::Instant::now();
    let mut totals = [0; 7];
    for seed in 0..histories {
        let history = simulation::run(seed, None).unwrap_or_else(|violation| panic!("{violation}"));
        let counts = [
            history.rows,
            history.accepted,
            history.kills,
            history.doubts,
            history.webhooks,
            history.early,
            history.restores,
        ];
        for (total, count) in totals.iter_mut().zip(counts) {
            *total += count;
        }
    }
    let [rows, accepted, kills, doubts, webhooks, early, restores] = totals;
    println!(
        "{histories} histories in {:?}: {rows} rows, {accepted} accepted, {kills} kills, {doubts} doubts, \
         {webhooks} webhooks ({early} early), {restores} restores; lost 0, doubled 0",
        began.elapsed()
    );
    assert!(
        totals.iter().all(|count| *count > 0),
        "a fault never occurred: {totals:?}"
    );
}

#[test]
fn a_history_is_made_by_its_seed_alone() {
    for seed in 0..20 {
        assert_eq!(simulation::run(seed, None), simulation::run(seed, None));
    }
}

#[test]
fn each_planted_bug_is_caught() {
    for bug in Bug::ALL {
        let caught = (0..HISTORIES).find_map(|seed| simulation::run(seed, Some(bug)).err());
        let violation = caught.unwrap_or_else(|| panic!("{bug:?} was not caught"));
        println!("{bug:?}: {violation}");
        let again = simulation::run(violation.seed, Some(bug));
        assert_eq!(again, Err(violation), "{bug:?} does not replay");
    }
}
