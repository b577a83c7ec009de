//! Messages a second of the whole command, and of the client beneath it.
//!
//! `cargo bench -p messages-cli --bench throughput`. Both are processes of their own that read the same file and post
//! the same bodies with the same kind of token over hyper, 64 at a time, to a server that is a third process. They
//! take turns, so that a noisy machine is as noisy for both, and the ratio is the median over the rounds. Each is
//! timed from its start to its end.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use messages_bench::{Failure, RawHyper, Server, median, ratio, runtime, serve, turns};
use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::{ApplicationId, PrivateKey, RsaSigner};
use tempfile::TempDir;

const ROUNDS: usize = 9;
const MESSAGES: usize = 200_000;
const CONCURRENCY: usize = 64;
/// Required ratio of the command's speed to the raw client's.
const TARGET: f64 = 0.85;
const APPLICATION: &str = "a1b866c2-74f1-4668-8e3e-b3c524164edc";

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve"] => {
            runtime()?.block_on(serve())?;
        }
        ["raw", file, key, base] => {
            runtime()?.block_on(raw(Path::new(file), Path::new(key), base))?;
        }
        // `cargo test --benches` gives no argument: then there is nothing to measure.
        _ if arguments.contains(&"--bench") => measure()?,
        _ => {}
    }
    Ok(())
}

/// A program that needs nothing but speed: hyper's client, and every line of the file as a body.
async fn raw(file: &Path, key: &Path, base: &str) -> Result<(), Failure> {
    let signer = RsaSigner::new(PrivateKey::from_path(key)?);
    let token = TokenSource::new(ApplicationId::parse(APPLICATION)?, signer);
    let client = RawHyper::new(base, token.header_value(SystemTime::now())?)?;
    let lines = BufReader::new(std::fs::File::open(file)?).lines();
    let lines = Arc::new(Mutex::new(lines));
    let tasks: Vec<_> = (0..CONCURRENCY)
        .map(|_| {
            let (client, lines) = (client.clone(), Arc::clone(&lines));
            tokio::spawn(async move {
                let next = || lines.lock().unwrap().next();
                while let Some(line) = next() {
                    client.post(line?.into()).await?;
                }
                Ok::<_, Failure>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// The same bytes as the command posts, so that both carry the same.
fn bodies() -> String {
    (0..MESSAGES).fold(String::new(), |mut text, index| {
        writeln!(
            text,
            r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"Your code is {index}"}}"#
        )
        .unwrap();
        text
    })
}

fn measure() -> Result<(), Failure> {
    let folder = TempDir::new()?;
    let file = folder.path().join("messages.ndjson");
    std::fs::write(&file, bodies())?;
    let key = private_key(folder.path())?;
    let server = Server::start()?;
    let this = std::env::current_exe()?;
    let raw = || {
        let mut command = Command::new(&this);
        command.arg("raw").args([&file, &key]).arg(server.base());
        command
    };
    let whole = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_messages"));
        command
            .args(["send", "--concurrency", "64", "--transport", "hyper"])
            .args(["--auth", "jwt", "--endpoint", server.base(), "--file"])
            .arg(&file)
            .env_clear()
            .env("HOME", folder.path())
            .env("VONAGE_APPLICATION_ID", APPLICATION)
            .env("VONAGE_PRIVATE_KEY_PATH", &key);
        command
    };
    let contenders: [&dyn Fn() -> Command; 2] = [&raw, &whole];
    // Once unmeasured: caches, and that both get through.
    for command in contenders {
        time(command())?;
    }
    let mut times: [Vec<Duration>; 2] = Default::default();
    for turn in turns(contenders.len(), ROUNDS) {
        times[turn].push(time(contenders[turn]())?);
    }
    let rate = |time: &Duration| MESSAGES as f64 / time.as_secs_f64();
    let [raw, whole] = &times;
    let ratio = ratio(whole, raw, rate);
    println!(
        "medians of {ROUNDS} rounds of {MESSAGES} messages, {CONCURRENCY} at a time: raw hyper {:.0}/s, `messages send --file` {:.0}/s, ratio {ratio:.3} (target {TARGET})",
        median(raw.iter().map(rate)),
        median(whole.iter().map(rate)),
    );
    assert!(ratio >= TARGET, "the command is slower than it has to be");
    Ok(())
}

/// Duration of a command from start to end.
fn time(mut command: Command) -> Result<Duration, Failure> {
    let began = Instant::now();
    let status = command.stdout(Stdio::null()).status()?;
    let took = began.elapsed();
    assert!(status.success(), "{command:?} ended with {status}");
    Ok(took)
}

/// A user's key, in a private file.
fn private_key(folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join("private.key");
    std::fs::write(&path, PrivateKey::generate()?.to_pem()?)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(path)
}
