//! `docs/errors.md` beside the errors that the tests of `messages-sdk` provoke and store as snapshots.

const PAGE: &str = include_str!("../../../../docs/errors.md");

const SNAPSHOTS: [&str; 3] = [
    include_str!("../../../messages-sdk/tests/it/snapshots/it__error_chain__build_errors.snap"),
    include_str!("../../../messages-sdk/tests/it/snapshots/it__error_chain__errors.snap"),
    include_str!("../../../messages-sdk/tests/it/snapshots/it__error_chain__receive_errors.snap"),
];

/// A message as the page has it.
fn without_numbers(message: &str) -> String {
    let words = message.split(' ').map(|word| {
        let number = word.trim_end_matches(',');
        if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            word.replace(number, "…")
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_error_is_explained() {
    let mut count = 0;
    for (name, rest) in SNAPSHOTS
        .iter()
        .flat_map(|snapshot| snapshot.split("\n## ").skip(1))
        .filter_map(|error| error.split_once('\n'))
    {
        let message = without_numbers(rest.lines().next().unwrap());
        assert!(PAGE.contains(&message), "{name}: {message}");
        count += 1;
    }
    assert!(count >= 29, "{count}");
}
