//! A browser for one test, and what tests do with it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use messages_emulator::Emulator;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;

use crate::outside::Outside;

/// Longest wait for an expected change on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(30);

/// Keys, as WebDriver writes them.
pub(crate) const ENTER: &str = "\u{e007}";
pub(crate) const ESCAPE: &str = "\u{e00c}";
pub(crate) const TAB: &str = "\u{e004}";
pub(crate) const END: &str = "\u{e010}";
pub(crate) const DOWN: &str = "\u{e015}";

/// Set to `1` where a missing browser is a failure.
const REQUIRED: &str = "MESSAGES_REQUIRE_BROWSER";

/// Runs a test in a browser of its own, which is closed whatever becomes of the test. A request to another machine fails it.
pub(crate) fn in_browser<F>(test: impl FnOnce(Page) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (Some(browser), Some(driver)) = (
        installed(&["chromium", "chromium-browser", "google-chrome"]),
        installed(&["chromedriver"]),
    ) else {
        return skip();
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let server = Server::start(&driver);
        let page = Page::open_browser(&browser, &server).await;
        let outcome = tokio::spawn(test(page.clone())).await;
        let outside = page.outside.take();
        // Asked to go: a browser whose driver is killed would stay.
        let _ = tokio::time::timeout(PATIENCE, page.driver.quit()).await;
        if let Err(error) = outcome {
            resume_unwind(error.into_panic());
        }
        assert!(outside.is_empty(), "left this machine: {outside:?}");
    });
}

/// Past the test harness, which keeps what a passing test prints to itself.
fn skip() {
    let test = std::thread::current().name().unwrap_or("test").to_owned();
    assert!(
        !required(),
        "{REQUIRED}=1, and chromium or chromedriver is not installed"
    );
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED {test}: it needs a browser (apt-get install chromium chromium-driver)"
    );
}

pub(crate) fn required() -> bool {
    std::env::var_os(REQUIRED).is_some_and(|value| value == "1")
}

fn installed(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let candidates = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

/// chromedriver on a free port, stopped when it is dropped.
struct Server {
    process: Child,
    url: String,
    /// The profile folder of a new browser.
    profile: TempDir,
    /// Kept, or its next line would end it.
    _output: BufReader<ChildStdout>,
}

impl Server {
    fn start(program: &PathBuf) -> Self {
        // The port that chromedriver chooses may be taken before it listens.
        (0..5)
            .find_map(|_| Self::try_start(program))
            .expect("chromedriver ended")
    }

    fn try_start(program: &PathBuf) -> Option<Self> {
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let port = loop {
            let mut line = String::new();
            if output.read_line(&mut line).unwrap() == 0 {
                process.wait().unwrap();
                return None;
            }
            if let Some((_, rest)) = line.split_once("successfully on port ") {
                break rest.trim().trim_end_matches('.').parse::<u16>().unwrap();
            }
        };
        Some(Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
            profile: tempfile::tempdir().unwrap(),
            _output: output,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The browser's one page.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) driver: WebDriver,
    pub(crate) outside: Outside,
}

impl Page {
    async fn open_browser(browser: &std::path::Path, server: &Server) -> Self {
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(browser.to_str().unwrap()).unwrap();
        let outside = Outside::listen();
        let proxy = format!("--proxy-server=127.0.0.1:{}", outside.port());
        let profile = format!("--user-data-dir={}", server.profile.path().display());
        let quiet = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--lang=en-GB",
            // A name on the internet that leads to this machine, as after DNS rebinding.
            "--host-resolver-rules=MAP evil.example 127.0.0.1",
            "--proxy-bypass-list=evil.example",
        ];
        for argument in quiet.into_iter().chain([profile.as_str(), proxy.as_str()]) {
            wanted.add_arg(argument).unwrap();
        }
        let driver = WebDriver::new(server.url.as_str(), wanted).await.unwrap();
        driver
            .set_script_timeout(Duration::from_secs(180))
            .await
            .unwrap();
        let page = Self { driver, outside };
        page.size(1440, 900).await;
        page
    }

    /// The size of the window, in CSS pixels.
    pub(crate) async fn size(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// Sets the system's preference for light or dark.
    pub(crate) async fn scheme(&self, scheme: &str) {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    pub(crate) async fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.driver
            .cdp()
            .send_raw(method, parameters)
            .await
            .unwrap()
    }

    /// Opens the inbox of an emulator, with this after its address, and waits until it is live.
    pub(crate) async fn inbox(&self, emulator: &Emulator, query: &str) {
        self.driver
            .goto(format!("{}{query}", emulator.inbox_url()))
            .await
            .unwrap();
        self.until("document.getElementById('live')?.classList.contains('on')")
            .await;
    }

    /// Goes somewhere within the page, as its links and the browser's buttons do.
    pub(crate) async fn go(&self, query: &str) {
        let script = "history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate'));";
        self.run(script, vec![json!(query)]).await;
    }

    /// The value of an expression.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        self.run(&format!("return ({expression});"), Vec::new())
            .await
    }

    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let result = self.driver.execute(script.to_owned(), arguments).await;
        result
            .unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// Runs a script that ends by calling its last argument.
    pub(crate) async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        let result = self
            .driver
            .execute_async(script.to_owned(), arguments)
            .await;
        result
            .unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// Waits until an expression holds.
    pub(crate) async fn until(&self, expression: &str) {
        let start = Instant::now();
        while self.value(&format!("Boolean({expression})")).await != true {
            if start.elapsed() > PATIENCE {
                let shown = self.value("document.body.innerText").await;
                panic!(
                    "timed out: {expression}\n{}",
                    shown.as_str().unwrap_or_default()
                );
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until an element that matches the selector shows this text.
    pub(crate) async fn until_shown(&self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        self.until(&format!(
            "[...document.querySelectorAll({selector})].some((one) => one.checkVisibility() && one.innerText.includes({text}))"
        ))
        .await;
    }

    /// Waits for an element, and clicks on it as a mouse would.
    pub(crate) async fn click(&self, selector: &str) {
        self.until(&format!(
            "document.querySelector({})?.checkVisibility()",
            json!(selector)
        ))
        .await;
        let element = self.driver.find(By::Css(selector)).await.unwrap();
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Waits for an element that only shows while the mouse is near, and clicks on it all the same.
    pub(crate) async fn reach(&self, selector: &str) {
        let selector = json!(selector);
        self.until(&format!("document.querySelector({selector})"))
            .await;
        self.run(
            "document.querySelector(arguments[0]).click();",
            vec![selector],
        )
        .await;
    }

    /// Clicks on the element that matches and shows exactly this text.
    pub(crate) async fn click_text(&self, selector: &str, text: &str) {
        self.until_shown(selector, text).await;
        for element in self.driver.find_all(By::Css(selector)).await.unwrap() {
            if element.text().await.unwrap().trim() == text {
                return element.click().await.unwrap();
            }
        }
        panic!("nothing at {selector} says {text}");
    }

    /// Types into an element.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let element = self.driver.find(By::Css(selector)).await.unwrap();
        element.send_keys(text).await.unwrap();
    }

    /// Presses keys, wherever the focus is.
    pub(crate) async fn press(&self, keys: impl AsRef<str>) {
        self.driver
            .action_chain()
            .send_keys(keys.as_ref())
            .perform()
            .await
            .unwrap();
    }

    /// The text of the first element that matches.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let value = self
            .value(&format!(
                "document.querySelector({})?.innerText ?? ''",
                json!(selector)
            ))
            .await;
        value.as_str().unwrap().to_owned()
    }

    /// Has the page keep what would go to the clipboard.
    pub(crate) async fn watch_clipboard(&self) {
        let script = "window.copied = ''; const writeText = async (text) => { window.copied = text; }; \
                      Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText } });";
        self.run(script, Vec::new()).await;
    }

    /// The text that has gone to the clipboard since the last call.
    pub(crate) async fn copied(&self) -> String {
        self.until("window.copied").await;
        let copied = self.value("window.copied").await;
        self.run("window.copied = '';", Vec::new()).await;
        copied.as_str().unwrap().to_owned()
    }

    pub(crate) async fn picture(&self) -> Vec<u8> {
        self.driver.screenshot_as_png().await.unwrap()
    }
}

/// An emulator that runs sixty times as fast as real time, so that a message lives in a second.
pub(crate) async fn fast(receiver: &crate::support::Receiver) -> Emulator {
    Emulator::builder()
        .speed(60.0)
        .seed(7)
        .magic_numbers(false)
        .status_url(&receiver.url)
        .inbound_url(&receiver.url)
        .start()
        .await
        .unwrap()
}

#[test]
fn programs_that_are_not_there_are_not_found() {
    assert_eq!(installed(&["a-program-that-is-not-there"]), None);
    assert!(installed(&["sh"]).is_some_and(|path| path.file_name() == Some(OsStr::new("sh"))));
}
