//! Exhaustive search of the transitions.

use messages_outbox::testing::{Bug, search};

#[test]
fn no_order_of_steps_loses_or_doubles_a_row() {
    for rows in [1, 2] {
        let began = std::time::Instant::now();
        let searched = search(rows, None).unwrap_or_else(|violation| panic!("{violation}"));
        println!("{rows} rows: {searched:?} in {:?}", began.elapsed());
        assert!(searched.situations > 100);
    }
}

#[test]
fn each_planted_bug_of_the_transitions_has_a_shortest_way() {
    for bug in [
        Bug::SendThenMark,
        Bug::RequeueSending,
        Bug::SettleWithoutEpoch,
    ] {
        let violation = search(1, Some(bug)).expect_err("the bug was not caught");
        println!("{bug:?}: {violation}");
    }
}
