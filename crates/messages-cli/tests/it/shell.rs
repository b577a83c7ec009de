//! Runs the binary.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tempfile::TempDir;

/// An SMS by its arguments.
pub(crate) const SMS: [&str; 8] = [
    "send",
    "sms",
    "--from",
    "447700900001",
    "--to",
    "447700900000",
    "--text",
    "canary text",
];

/// A home of its own, and an environment that holds nothing else.
pub(crate) struct Shell {
    home: TempDir,
    variables: Vec<(String, String)>,
}

/// Exit code and output of a command.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The lines of stdout as JSON.
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).expect(line))
            .collect()
    }

    pub(crate) fn object(&self) -> Value {
        self.objects().pop().expect("a line of JSON")
    }
}

impl Shell {
    pub(crate) fn new() -> Self {
        Self {
            home: TempDir::new().unwrap(),
            variables: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn file(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, contents).unwrap();
        path
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_messages"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .current_dir(self.home.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, "")
    }

    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &str) -> Ended {
        let mut child = self.command(arguments).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let text = stdin.to_owned();
        // A command that does not read its input must not hold the test up.
        let writer = std::thread::spawn(move || {
            let _ = input.write_all(text.as_bytes());
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A running `messages emulator`, ended when it is dropped.
pub(crate) struct Emulator {
    child: Child,
    pub(crate) ready: Value,
    /// The requests that became a message, by the emulator's own account.
    accepted: Arc<AtomicUsize>,
}

impl Emulator {
    pub(crate) fn start() -> Self {
        Self::start_with(&[], &[])
    }

    pub(crate) fn start_with(variables: &[(&str, &str)], more: &[&str]) -> Self {
        let shell = variables
            .iter()
            .fold(Shell::new(), |shell, (name, value)| shell.with(name, value));
        let mut child = shell
            .command(&[&["emulator", "--port", "0", "--json"], more].concat())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&accepted);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let event: Value = serde_json::from_str(&line).unwrap();
                if event["event"] == "request" && event["message_uuid"].is_string() {
                    count.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        Self {
            child,
            ready,
            accepted,
        }
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn member(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    /// Registers a receiver of webhooks.
    pub(crate) fn register(&self, url: &str) -> Value {
        let body = serde_json::json!({ "status_url": url }).to_string();
        self.call("PUT", "webhooks", &body)
    }

    /// The response of its control API.
    pub(crate) fn ask(&self, path: &str) -> Value {
        self.call("GET", path, "")
    }

    fn call(&self, method: &str, path: &str, body: &str) -> Value {
        let path = format!("/emulator/v1/{path}");
        let response = self.request(method, &path, self.address(), "", body);
        let (_, body) = response.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).expect(body)
    }

    /// The status code of a request with this `Host`, and with further header lines.
    pub(crate) fn status(
        &self,
        method: &str,
        path: &str,
        host: &str,
        head: &str,
        body: &str,
    ) -> u16 {
        let response = self.request(method, path, host, head, body);
        let code = response.split(' ').nth(1).expect("a status line");
        code.parse().expect(code)
    }

    fn address(&self) -> &str {
        self.member("url").strip_prefix("http://").unwrap()
    }

    fn request(&self, method: &str, path: &str, host: &str, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{head}\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }

    /// Messages per recipient, by the emulator's own account. It stores 100,000 unless configured otherwise.
    pub(crate) fn received(&self) -> HashMap<String, u64> {
        let mut received = HashMap::new();
        let mut before = u64::MAX;
        loop {
            let page = self.ask(&format!("conversations?limit=1000&before={before}"));
            let page = page["conversations"].as_array().unwrap();
            for conversation in page {
                let person = conversation["person"].as_str().unwrap().to_owned();
                let count = conversation["messages"].as_u64().unwrap();
                assert!(received.insert(person, count).is_none());
            }
            match page.last() {
                Some(last) => before = last["last"]["id"].as_u64().unwrap(),
                None => return received,
            }
        }
    }

    /// Number of accepted messages.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// The texts of the accepted messages.
    pub(crate) fn texts(&self) -> Vec<String> {
        let messages = self.ask("messages?limit=1000");
        let text = |message: &Value| message["text"].as_str().unwrap_or_default().to_owned();
        messages["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect()
    }

    /// A shell with the emulator's key and secret, and its endpoint.
    pub(crate) fn shell(&self) -> Shell {
        Shell::new()
            .with("MESSAGES_ENDPOINT", self.member("url"))
            .with("VONAGE_API_KEY", self.member("api_key"))
            // Absent where the emulator was given one: the test sets its own then.
            .with(
                "VONAGE_API_SECRET",
                self.ready["api_secret"].as_str().unwrap_or_default(),
            )
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
