//! Seeded histories of runs and the exhaustive search of their transitions, with planted bugs and without.

use messages_outbox::testing::runs::{RunBug, search, simulate};

/// Histories of a default test run; `cargo test --release` runs more.
const HISTORIES: u64 = if cfg!(debug_assertions) { 120 } else { 2_000 };

/// Histories within which each planted bug is caught.
const CAUGHT_WITHIN: u64 = 500;

#[test]
fn no_history_of_runs_sends_a_step_twice_or_moves_on_after_a_success() {
    run(HISTORIES);
}

#[test]
#[ignore = "takes minutes in release mode: cargo xtask long-runs"]
fn no_history_of_10_000_sends_a_step_twice_or_moves_on_after_a_success() {
    run(10_000);
}

fn run(histories: u64) {
    let began = std::time::Instant::now();
    let mut totals = [0; 14];
    for seed in 0..histories {
        let history = simulate(seed, None).unwrap_or_else(|violation| panic!("{violation}"));
        let counts = [
            history.runs,
            history.completed,
            history.accepted,
            history.kills,
            history.doubts,
            history.webhooks,
            history.disturbed,
            history.deadlines,
            history.refused,
            history.held,
            history.late,
            history.journeys,
            history.stopped,
            history.revoked,
        ];
        for (total, count) in totals.iter_mut().zip(counts) {
            *total += count;
        }
    }
    let [
        runs,
        completed,
        accepted,
        kills,
        doubts,
        webhooks,
        disturbed,
        deadlines,
        refused,
        held,
        late,
        journeys,
        stopped,
        revoked,
    ] = totals;
    println!(
        "{histories} histories in {:?}: {runs} runs, {journeys} of them journeys, all ended, {completed} completed, {stopped} stopped; {accepted} messages, {kills} kills, \
         {doubts} doubts, {webhooks} webhooks, {disturbed} disturbed, {deadlines} deadlines, {refused} refused by the guard, \
         {held} held while blind, {late} late, {revoked} revoked; sent twice 0, moved on after a success 0",
        began.elapsed()
    );
    assert!(
        totals.iter().all(|count| *count > 0),
        "a fault never occurred: {totals:?}"
    );
}

#[test]
fn a_history_of_runs_is_made_by_its_seed_alone() {
    for seed in 0..10 {
        assert_eq!(simulate(seed, None), simulate(seed, None));
    }
}

#[test]
fn each_planted_bug_of_runs_is_caught() {
    for bug in RunBug::ALL {
        let caught = (0..CAUGHT_WITHIN).find_map(|seed| simulate(seed, Some(bug)).err());
        let violation = caught.unwrap_or_else(|| panic!("{bug:?} was not caught"));
        println!("{bug:?}: {violation}");
        let again = simulate(violation.seed, Some(bug));
        assert_eq!(again, Err(violation), "{bug:?} does not replay");
    }
}

#[test]
fn no_order_of_steps_of_runs_sends_twice_or_moves_on_after_a_success() {
    explore::<1>();
}

#[test]
#[ignore = "takes minutes: cargo xtask long-runs"]
fn no_order_of_steps_of_two_runs_sends_twice_or_moves_on_after_a_success() {
    explore::<2>();
}

fn explore<const RUNS: usize>() {
    let began = std::time::Instant::now();
    let searched = search::<RUNS>(None).unwrap_or_else(|violation| panic!("{violation}"));
    println!("{RUNS} runs: {searched:?} in {:?}", began.elapsed());
    assert!(searched.situations > 1_000);
}

#[test]
fn each_planted_bug_of_runs_has_a_shortest_way() {
    for bug in RunBug::ALL {
        let violation = search::<1>(Some(bug)).expect_err("the bug was not caught");
        println!("{bug:?}: {violation}");
    }
}
