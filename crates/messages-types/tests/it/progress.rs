//! Combination of several statuses of one message.

use messages_types::{Progress, Status};

#[test]
fn debug_of_a_progress_shows_no_unknown_status() {
    let mut progress = Progress::default();
    progress.observe(&Status::from("canary"));
    assert!(!format!("{progress:?}").contains("canary"));
}

#[test]
fn statuses_in_any_order_give_one_state() {
    let all = [
        Status::Submitted,
        Status::Delivered,
        Status::Read,
        Status::Rejected,
        Status::Undeliverable,
        Status::from("revoked"),
    ];
    let settle = |history: &[&Status]| {
        let mut progress = Progress::default();
        let acted = history
            .iter()
            .filter(|status| progress.observe(status))
            .count();
        (progress, acted)
    };
    let compare = |history: &[&Status]| {
        let mut set = history.to_vec();
        set.sort_by_key(|status| status.as_str());
        set.dedup();
        let (expected, _) = settle(&set);
        let (found, acted) = settle(history);
        assert_eq!(found, expected, "{history:?}");
        assert_eq!(acted, set.len(), "one effect for each status: {history:?}");
        let merged = history.iter().copied().cloned().reduce(Status::merge);
        let known = history
            .iter()
            .any(|status| !matches!(status, Status::Unknown(_)));
        assert_eq!(merged.as_ref().filter(|_| known), found.status());
    };
    // Every sequence of up to 6 of the 6 statuses: all permutations, and all repeats.
    let mut sequences = 0;
    for length in 1..=6_u32 {
        for mut code in 0..6_usize.pow(length) {
            let history: Vec<_> = (0..length)
                .map(|_| {
                    let status = &all[code % 6];
                    code /= 6;
                    status
                })
                .collect();
            compare(&history);
            sequences += 1;
        }
    }
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..10_000 {
        let history: Vec<_> = (0..20)
            .map(|_| {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                &all[usize::try_from(random % 6).unwrap()]
            })
            .collect();
        compare(&history);
    }
    println!("status histories: {sequences} sequences and 10000 random ones, each settled alike");
}

#[test]
fn merging_is_a_lattice_above_the_documented_order() {
    use Status::{Delivered, Read, Rejected, Submitted, Undeliverable};
    for outcome in [Delivered, Rejected, Undeliverable] {
        assert_eq!(Submitted.merge(outcome.clone()), outcome);
        assert_eq!(outcome.clone().merge(Submitted), outcome);
        assert_eq!(outcome.merge(Read), Read);
    }
    assert_eq!(Status::from("revoked").merge(Submitted), Submitted);
    assert!(Delivered.is_final() && !Submitted.is_final() && !Status::from("revoked").is_final());
    assert!(Rejected.is_failure() && Undeliverable.is_failure() && !Delivered.is_failure());
}
