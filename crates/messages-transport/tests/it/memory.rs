//! Measuring memory, which needs a process that does nothing else.

use std::process::Command;

pub(crate) const MEBIBYTE: usize = 1 << 20;

/// Runs an ignored test of this binary in a process of its own, and fails if it does.
pub(crate) fn run_alone(test: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    print!("{stdout}");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(stdout.contains("1 passed"), "there is no test {test}");
}

/// The memory of this process that is in RAM, in bytes.
pub(crate) fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}
