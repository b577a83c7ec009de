//! The long runs: tests that the default run leaves out, in release mode.

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::{report, workspace};

/// The tests of each crate.
const ALL: &[(&str, &[&str])] = &[
    (
        "messages-transport",
        &[
            "stale_pool::a_stale_connection_never_doubles_in_100_000_calls",
            "no_double_send::nothing_is_sent_twice_in_1_000_000_calls",
            "rate_limit::rates::no_second_is_above_the_rate_in_1_000_000_acquisitions",
            "rate_limit::schedules::no_schedule_of_100_000_loses_a_wake_up_or_a_permit",
            "rate_limit::backlog::ten_million_calls_into_a_stalled_api_fill_no_memory",
        ],
    ),
    (
        "messages-outbox",
        &[
            "simulation::no_history_of_100_000_loses_or_doubles_a_row",
            "run_histories::no_history_of_10_000_sends_a_step_twice_or_moves_on_after_a_success",
            "run_histories::no_order_of_steps_of_two_runs_sends_twice_or_moves_on_after_a_success",
        ],
    ),
    (
        "messages-outbox-sqlite",
        &[
            "dispatch::ten_thousand_documents_end_alike_on_the_workflows_api_and_on_the_outbox",
            "kill::nothing_is_lost_or_doubled_by_10_000_kills",
            "power::nothing_acknowledged_is_lost_by_1_000_power_cuts",
            "power::no_post_has_no_durable_intent_in_1_000_faults",
        ],
    ),
    (
        "messages-outbox-postgres",
        &[
            "kill::nothing_is_lost_or_doubled_by_1_000_kills_and_50_crashes",
            "kill::eight_workers_send_100_000_rows_through_all_faults",
            "kill::eight_processes_share_a_rate_while_one_is_killed_each_second",
            "size::a_claim_costs_the_same_with_1_000_000_settled_rows",
        ],
    ),
    (
        "messages-cli",
        &[
            "million::a_campaign_survives_20_kills_of_its_import_and_20_of_its_worker",
            "million::a_campaign_in_postgres_survives_20_kills_of_its_import_and_20_of_its_worker",
        ],
    ),
];

/// The tests of the inbox in a real browser, a workspace of its own.
const BROWSER: &[&str] = &[
    "access::axe_finds_nothing_in_any_theme_at_any_size",
    "attacks::no_address_reference_or_body_of_500_becomes_script",
    "attacks::no_text_on_any_channel_becomes_script",
    "control_attacks::no_rule_request_or_response_of_500_becomes_script",
    "control_attacks::nothing_of_500_that_is_typed_becomes_script",
    "crowd::a_hundred_thousand_conversations_scroll_while_messages_come_in",
    "long_thread::a_thread_of_ten_thousand_messages_is_drawn_in_part",
];

/// Every long run.
pub(crate) fn all(sh: &Shell, _flags: &[String]) -> Result<String> {
    for (package, tests) in ALL {
        let options = ["--package", package, "--all-features", "--test", "it"];
        run(sh, package, &options, tests)?;
    }
    let options = [
        "--manifest-path",
        super::BROWSER_MANIFEST,
        "--test",
        "inbox",
    ];
    let env = sh.push_env("CARGO_TARGET_DIR", workspace::target(sh)?);
    run(sh, "the inbox", &options, BROWSER)?;
    drop(env);
    let count: usize = ALL.iter().map(|(_, tests)| tests.len()).sum();
    Ok(format!("{} long runs", count + BROWSER.len()))
}

fn run(sh: &Shell, package: &str, options: &[&str], tests: &[&str]) -> Result<()> {
    let output = cmd!(
        sh,
        "cargo test --quiet --release --locked {options...}
         -- --ignored --exact --nocapture --test-threads 1 {tests...}"
    )
    .quiet()
    .ignore_status()
    .output()?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    // Every run says what it counted.
    for line in stdout.lines().filter(|line| line.contains(": ")) {
        report(line);
    }
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let passed = stdout
        .split_once(" passed;")
        .and_then(|(before, _)| before.rsplit(' ').next())
        .context("cargo test did not say how many tests passed")?;
    // A test that was renamed would be left out in silence.
    ensure!(
        passed == tests.len().to_string(),
        "{passed} tests of {package} passed instead of {}",
        tests.len()
    );
    Ok(())
}
