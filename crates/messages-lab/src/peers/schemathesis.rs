//! schemathesis against the control API: every response is one of its description, and none is a server error.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use super::{binary, folder};

const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// Cases that a run has at least.
const CASES: u64 = 10_000;
/// Most cases of each operation that are drawn at random.
const EXAMPLES: &str = "500";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance";
/// Without it, a request for a message that does not come waits five seconds.
const CONFIGURATION: &str = "[parameters]\nwithin = \"0s\"\n";

/// Installs schemathesis below `target` and runs it.
pub(crate) fn check(sh: &Shell, _: &[String]) -> Result<String> {
    let folder = folder(sh, "schemathesis")?;
    let venv = folder.join("venv");
    let program = venv.join("bin/schemathesis");
    if !program.exists() {
        cmd!(sh, "python3 -m venv {venv}").quiet().run()?;
        let python = venv.join("bin/python");
        cmd!(sh, "{python} -m pip install --quiet {SCHEMATHESIS}")
            .quiet()
            .run()
            .context("schemathesis cannot be installed from PyPI")?;
    }
    sh.write_file(folder.join("schemathesis.toml"), CONFIGURATION)?;
    let emulator = Emulator::start(&binary(sh)?)?;
    let url = format!("{}/emulator/v1/openapi.json", emulator.url);
    let _inside = sh.push_dir(&folder);
    let told = cmd!(
        sh,
        "{program} run {url} --checks {CHECKS} --phases examples,coverage,fuzzing --max-examples {EXAMPLES} --seed 1
         --exclude-path /emulator/v1/events --workers 1 --continue-on-failure --no-color
         --suppress-health-check all --request-timeout 60"
    )
    .quiet()
    .ignore_status()
    .read()?;
    sh.write_file(folder.join("report.txt"), &told)?;
    let cases = cases(&told).context("schemathesis reports no test cases")?;
    let report = folder.join("report.txt");
    ensure!(
        !told.contains("= FAILURES =") && !told.contains("= ERRORS ="),
        "schemathesis found failures: {}",
        report.display()
    );
    ensure!(cases >= CASES, "{cases} cases are fewer than {CASES}");
    Ok(format!(
        "{cases} cases, 0 server errors, 0 undocumented responses"
    ))
}

/// The number of generated cases: `12345 generated, …` in the summary.
fn cases(told: &str) -> Option<u64> {
    let before = told.split(" generated,").next()?;
    before.split_whitespace().next_back()?.parse().ok()
}

/// An emulator that ends with this value.
struct Emulator {
    child: Child,
    url: String,
}

impl Emulator {
    fn start(binary: &Path) -> Result<Self> {
        let mut child = Command::new(binary)
            .args(["emulator", "--port", "0", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(output).lines();
        let ready: serde_json::Value =
            serde_json::from_str(&lines.next().context("the emulator ended")??)?;
        // Read on, so that the emulator never waits for its output.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let url = ready["url"].as_str().context("no URL")?.to_owned();
        Ok(Self { child, url })
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
