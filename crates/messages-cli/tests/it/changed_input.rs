//! `--resume` with another input than the first run's: nothing is sent that the first run may have sent, whatever was changed, and
//! nothing at all unless the whole input is the one that was sent, or that with more behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::fake;
use crate::shell::{Ended, Shell};

/// Rows of the first run.
const COUNT: usize = 120;
/// Rows that got a response before the first run was killed.
const SETTLED: usize = 60;
/// Rows that were in-flight then.
const IN_FLIGHT: usize = 8;

const CONCURRENCIES: [&str; 3] = ["1", "16", "256"];

/// A row that was rejected by the API: it may be sent again.
fn is_rejected(row: usize) -> bool {
    row % 10 == 7
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Ndjson,
    Array,
    Csv,
}

const FORMATS: [Format; 3] = [Format::Ndjson, Format::Array, Format::Csv];

const TEMPLATE: &str = r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"{{to}}","text":"{{text}}"}"#;

/// A recipient and a text.
type Row = (String, String);

fn row(number: usize) -> Row {
    (format!("4479{number:08}"), format!("number {number:03}"))
}

fn rows() -> Vec<Row> {
    (0..COUNT).map(row).collect()
}

impl Format {
    fn write(self, rows: &[Row]) -> String {
        let json = |(to, text): &Row| TEMPLATE.replace("{{to}}", to).replace("{{text}}", text);
        match self {
            Self::Ndjson => rows.iter().map(|row| json(row) + "\n").collect(),
            Self::Array => {
                let elements: Vec<String> = rows.iter().map(json).collect();
                format!("[\n{}\n]\n", elements.join(",\n"))
            }
            Self::Csv => {
                let rows = rows.iter().map(|(to, text)| format!("{to},{text}\n"));
                "to,text\n".to_owned() + &rows.collect::<String>()
            }
        }
    }

    fn arguments<'a>(self, input: &'a str, template: &'a str) -> Vec<&'a str> {
        match self {
            Self::Csv => vec!["send", "--json", "--csv", input, "--template", template],
            Self::Ndjson | Self::Array => vec!["send", "--json", "--file", input],
        }
    }
}

/// Counts requests by recipient.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<BTreeMap<String, usize>>>);

impl Counts {
    fn add(&self, body: &str) -> usize {
        let message: Value = serde_json::from_str(body).unwrap();
        let to = message["to"].as_str().unwrap();
        *self.0.lock().unwrap().entry(to.to_owned()).or_default() += 1;
        to[4..].parse().unwrap()
    }

    fn take(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn accepted(row: usize) -> (u16, String) {
    (
        202,
        format!(r#"{{"message_uuid":"00000000-0000-4000-8000-{row:012}"}}"#),
    )
}

/// A server that accepts everything.
fn accepting(counts: &Counts) -> String {
    let counts = counts.clone();
    fake::serve_bodies(move |_, body| accepted(counts.add(body)))
}

fn shell(url: &str) -> Shell {
    Shell::new()
        .with("MESSAGES_ENDPOINT", url)
        .with("VONAGE_API_KEY", "a1b2c3d4")
        .with("VONAGE_API_SECRET", "secret")
}

/// The files of a run that was killed while messages were in-flight.
struct Killed {
    results: Vec<u8>,
    journal: Vec<u8>,
}

/// A run of `COUNT` rows through a server that stops responding after `SETTLED` rows; then it is killed.
fn killed(format: Format) -> Killed {
    let counts = Counts::default();
    let inner = counts.clone();
    let url = fake::serve_bodies(move |_, body| match inner.add(body) {
        row if row >= SETTLED => loop {
            std::thread::park();
        },
        row if is_rejected(row) => (422, r#"{"title":"rejected"}"#.to_owned()),
        row => accepted(row),
    });
    let shell = shell(&url);
    let input = shell.file("input", &format.write(&rows()));
    let template = shell.file("template.json", TEMPLATE);
    let mut arguments = format.arguments(input.to_str().unwrap(), template.to_str().unwrap());
    let in_flight = IN_FLIGHT.to_string();
    arguments.extend(["--results", "results", "--concurrency", &in_flight]);
    let mut child = shell.command(&arguments).spawn().unwrap();
    let (results, journal) = (shell.path("results"), shell.path("results.pending"));
    let began = Instant::now();
    // The journal has a head.
    while lines(&results) < SETTLED || lines(&journal) < SETTLED + IN_FLIGHT + 1 {
        assert!(began.elapsed() < Duration::from_secs(60), "no results");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(counts.take().values().all(|count| *count == 1));
    Killed {
        results: std::fs::read(results).unwrap(),
        journal: std::fs::read(journal).unwrap(),
    }
}

fn lines(file: &Path) -> usize {
    std::fs::read_to_string(file).map_or(0, |text| text.lines().count())
}

/// The changes of an input: what it is then, and the rows that may be sent.
fn changes(format: Format) -> Vec<(&'static str, String, BTreeSet<usize>)> {
    let kept: BTreeSet<usize> = (0..COUNT)
        .filter(|row| is_rejected(*row) && *row < SETTLED || *row >= SETTLED + IN_FLIGHT)
        .collect();
    let with = |change: &dyn Fn(&mut Vec<Row>)| {
        let mut rows = rows();
        change(&mut rows);
        format.write(&rows)
    };
    let text = with(&|_| {});
    let none = BTreeSet::new;
    let new = || row(COUNT);
    let beyond = COUNT - 10;
    let mut more = kept.clone();
    more.extend([COUNT, COUNT + 1]);
    vec![
        ("unchanged", text.clone(), kept),
        (
            "appended",
            with(&|rows| rows.extend([new(), row(COUNT + 1)])),
            more,
        ),
        ("put before", with(&|rows| rows.insert(0, new())), none()),
        (
            "put in the middle",
            with(&|rows| rows.insert(30, new())),
            none(),
        ),
        (
            "put beyond",
            with(&|rows| rows.insert(beyond, new())),
            none(),
        ),
        (
            "a sent one put beyond",
            with(&|rows| rows.insert(beyond, row(3))),
            none(),
        ),
        (
            "a sent one appended",
            with(&|rows| rows.push(row(3))),
            none(),
        ),
        (
            "one in doubt appended",
            with(&|rows| rows.push(row(SETTLED))),
            none(),
        ),
        (
            "twice in all",
            with(&|rows| rows.extend(self::rows())),
            none(),
        ),
        (
            "each twice",
            with(&|rows| {
                *rows = rows
                    .iter()
                    .flat_map(|row| [row.clone(), row.clone()])
                    .collect();
            }),
            none(),
        ),
        (
            "shuffled",
            with(&|rows| *rows = (0..COUNT).map(|number| row(number * 7 % COUNT)).collect()),
            none(),
        ),
        ("sorted otherwise", with(&|rows| rows.reverse()), none()),
        ("rotated", with(&|rows| rows.rotate_left(1)), none()),
        ("removed", with(&|rows| drop(rows.remove(20))), none()),
        (
            "removed beyond",
            with(&|rows| drop(rows.remove(beyond))),
            none(),
        ),
        ("changed", with(&|rows| rows[20].1.push('!')), none()),
        (
            "changed in doubt",
            with(&|rows| rows[SETTLED + 1].1.push('!')),
            none(),
        ),
        (
            "changed beyond",
            with(&|rows| rows[beyond].1.push('!')),
            none(),
        ),
        ("pair", with(&|rows| rows.swap(10, 11)), none()),
        (
            "pair beyond",
            with(&|rows| rows.swap(beyond, beyond + 1)),
            none(),
        ),
        (
            "pair across",
            with(&|rows| rows.swap(SETTLED + IN_FLIGHT - 1, beyond)),
            none(),
        ),
        ("truncated", with(&|rows| rows.truncate(20)), none()),
        (
            "truncated in doubt",
            with(&|rows| rows.truncate(SETTLED + 2)),
            none(),
        ),
        (
            "truncated beyond",
            with(&|rows| rows.truncate(beyond)),
            none(),
        ),
        (
            "another file",
            format.write(
                &(0..COUNT)
                    .map(|number| row(number + 500))
                    .collect::<Vec<_>>(),
            ),
            none(),
        ),
        ("empty", format.write(&[]), none()),
        ("CRLF", text.replace('\n', "\r\n"), none()),
        ("byte order mark", format!("\u{feff}{text}"), none()),
    ]
}

struct Resumed {
    ended: Ended,
    sent: BTreeMap<String, usize>,
}

fn resume(
    shell: &Shell,
    format: Format,
    counts: &Counts,
    concurrency: &str,
    more: &[&str],
) -> Resumed {
    let mut arguments = format.arguments("input", "template.json");
    arguments.extend(["--resume", "results", "--concurrency", concurrency]);
    arguments.extend(more);
    let ended = shell.run(&arguments);
    Resumed {
        ended,
        sent: counts.take(),
    }
}

#[test]
fn a_changed_input_sends_nothing_again() {
    changed_inputs(1);
}

#[test]
#[ignore = "takes half a minute: every change at every concurrency"]
fn a_changed_input_sends_nothing_again_at_any_concurrency() {
    changed_inputs(CONCURRENCIES.len());
}

/// Every change of every format, at this many concurrencies.
fn changed_inputs(concurrencies: usize) {
    let (mut tried, mut wrong) = (0, Vec::new());
    for format in FORMATS {
        let killed = killed(format);
        let counts = Counts::default();
        let shell = shell(&accepting(&counts));
        shell.file("template.json", TEMPLATE);
        for (number, (change, text, allowed)) in changes(format).into_iter().enumerate() {
            for concurrency in CONCURRENCIES
                .iter()
                .cycle()
                .skip(number)
                .take(concurrencies)
            {
                shell.file("input", &text);
                std::fs::write(shell.path("results"), &killed.results).unwrap();
                std::fs::write(shell.path("results.pending"), &killed.journal).unwrap();
                let resumed = resume(&shell, format, &counts, concurrency, &[]);
                let sent: BTreeMap<String, usize> =
                    allowed.iter().map(|number| (row(*number).0, 1)).collect();
                // A message in flight stays in doubt.
                let code = if allowed.is_empty() { 3 } else { 8 };
                let untouched = std::fs::read(shell.path("results")).unwrap() == killed.results
                    && std::fs::read(shell.path("results.pending")).ok()
                        == Some(killed.journal.clone());
                tried += 1;
                if resumed.ended.code != code
                    || resumed.sent != sent
                    || untouched != allowed.is_empty()
                {
                    wrong.push(format!(
                        "{format:?}, {change}, {concurrency}: exit {}, {} sends instead of {}: {}",
                        resumed.ended.code,
                        resumed.sent.values().sum::<usize>(),
                        sent.len(),
                        resumed.ended.stderr.lines().next().unwrap_or_default(),
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    println!("changed inputs: {tried} resumes, 0 sends beyond those of a correct one");
}

/// Three resumes, each of which is killed or refused, and a changed input in between.
#[test]
fn a_resume_is_itself_resumed() {
    for format in FORMATS {
        let killed = killed(format);
        let counts = Counts::default();
        let shell = shell(&accepting(&counts));
        shell.file("template.json", TEMPLATE);
        std::fs::write(shell.path("results"), &killed.results).unwrap();
        std::fs::write(shell.path("results.pending"), &killed.journal).unwrap();
        let write = |rows: &[Row]| shell.file("input", &format.write(rows));
        let run = |more: &[&str]| {
            let resumed = resume(&shell, format, &counts, "4", more);
            (resumed.ended.code, resumed.sent.len())
        };
        let mut rows = rows();
        write(&rows);
        let left =
            COUNT - SETTLED - IN_FLIGHT + (0..SETTLED).filter(|row| is_rejected(*row)).count();
        assert_eq!(run(&[]), (8, left), "{format:?}");
        // More rows, twice: the second time the first of them are known too.
        for number in [COUNT, COUNT + 1] {
            rows.push(row(number));
            write(&rows);
            assert_eq!(run(&[]), (8, 1), "{format:?}, {number}");
        }
        assert_eq!(run(&["--retry", "in-doubt"]), (0, IN_FLIGHT), "{format:?}");
        assert_eq!(run(&[]), (0, 0), "{format:?}");
        rows.push(row(COUNT));
        write(&rows);
        assert_eq!(run(&[]), (3, 0), "{format:?}");
    }
}

/// A row that was not accepted may be corrected once all others have been sent.
#[test]
fn a_rejected_row_can_be_corrected() {
    let counts = Counts::default();
    let inner = counts.clone();
    let url = fake::serve_bodies(move |_, body| match inner.add(body) {
        2 => (422, r#"{"title":"rejected"}"#.to_owned()),
        row => accepted(row),
    });
    for format in FORMATS {
        let shell = shell(&url);
        shell.file("template.json", TEMPLATE);
        shell.file("input", &format.write(&[row(0), row(1), row(2), row(3)]));
        let mut first = format.arguments("input", "template.json");
        first.extend(["--results", "results"]);
        assert_eq!(shell.run(&first).code, 8);
        counts.take();
        shell.file("input", &format.write(&[row(0), row(1), row(5), row(3)]));
        let resumed = resume(&shell, format, &counts, "4", &[]);
        assert_eq!(resumed.ended.code, 0, "{}", resumed.ended.stderr);
        assert_eq!(resumed.sent, BTreeMap::from([(row(5).0, 1)]));
    }
}

/// The place of a rejected row is not a way for a sent row to be sent again.
#[test]
fn a_rejected_row_is_not_replaced_by_a_sent_one() {
    const SENT: usize = 10;
    let counts = Counts::default();
    let inner = counts.clone();
    let url = fake::serve_bodies(move |_, body| match inner.add(body) {
        row if row >= SENT => (422, r#"{"title":"out of credit"}"#.to_owned()),
        row => accepted(row),
    });
    let first: Vec<Row> = (0..2 * SENT).map(row).collect();
    for format in FORMATS {
        for concurrency in CONCURRENCIES {
            let shell = shell(&url);
            shell.file("template.json", TEMPLATE);
            shell.file("input", &format.write(&first));
            let mut arguments = format.arguments("input", "template.json");
            arguments.extend(["--results", "results"]);
            assert_eq!(shell.run(&arguments).code, 8);
            counts.take();
            let doubled = [&first[..SENT], &first[..SENT]].concat();
            let mut one = first.clone();
            one[2 * SENT - 1] = row(0);
            for changed in [doubled, one] {
                shell.file("input", &format.write(&changed));
                let resumed = resume(&shell, format, &counts, concurrency, &[]);
                let told = &resumed.ended.stderr;
                assert_eq!(resumed.ended.code, 3, "{format:?}: {told}");
                assert!(resumed.sent.is_empty(), "{format:?}: {:?}", resumed.sent);
                assert!(told.contains("repeats"), "{told}");
            }
        }
    }
}

/// The same for an input that can be read only once.
#[test]
fn stdin_is_compared_before_anything_is_sent() {
    let killed = killed(Format::Ndjson);
    let counts = Counts::default();
    let shell = shell(&accepting(&counts));
    for (change, text, allowed) in changes(Format::Ndjson) {
        std::fs::write(shell.path("results"), &killed.results).unwrap();
        std::fs::write(shell.path("results.pending"), &killed.journal).unwrap();
        let arguments = ["send", "--json", "--file", "-", "--resume", "results"];
        let ended = shell.run_with(&arguments, &text);
        let sent = counts.take();
        let code = if allowed.is_empty() { 3 } else { 8 };
        assert_eq!(
            (ended.code, sent.len()),
            (code, allowed.len()),
            "{change}: {}",
            ended.stderr
        );
    }
}

/// A first run from stdin leaves no identity of its input, only what it sent of it.
#[test]
fn a_stream_is_resumed_from_a_stream() {
    use std::io::{BufRead as _, BufReader, Write as _};

    let counts = Counts::default();
    let shell = shell(&accepting(&counts));
    let first = Format::Ndjson.write(&rows()[..20]);
    let run = |how: &str, text: &str| {
        let ended = shell.run_with(&["send", "--json", "--file", "-", how, "results"], text);
        (ended.code, counts.take().len())
    };
    assert_eq!(run("--results", &first), (0, 20));
    for wrong in [
        Format::Ndjson.write(&rows()[1..60]),
        Format::Ndjson.write(&rows()[..19]),
        String::new(),
    ] {
        assert_eq!(run("--resume", &wrong), (3, 0));
    }
    assert_eq!(
        run("--resume", &Format::Ndjson.write(&rows()[..25])),
        (0, 5)
    );

    // Without the first input there is no proof that a repetition was a part of it.
    let twice = [&rows()[..25], &rows()[..25]].concat();
    assert_eq!(run("--resume", &Format::Ndjson.write(&twice)), (3, 0));
    shell.file("input", &Format::Ndjson.write(&twice));
    let ended = shell.run(&["send", "--json", "--file", "input", "--resume", "results"]);
    assert_eq!((ended.code, counts.take().len()), (3, 0));

    // The part behind the known messages is sent as it comes.
    let mut child = shell
        .command(&["send", "--json", "--file", "-", "--resume", "results"])
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    input
        .write_all(Format::Ndjson.write(&rows()[..26]).as_bytes())
        .unwrap();
    assert!(output.next().unwrap().unwrap().contains(r#""index":25"#));
    input
        .write_all(Format::Ndjson.write(&rows()[26..27]).as_bytes())
        .unwrap();
    assert!(output.next().unwrap().unwrap().contains(r#""index":26"#));
    drop(input);
    assert!(child.wait().unwrap().success());
}

/// An input that repeats a message is sent as it is, by a resume too.
#[test]
fn repetitions_of_the_first_input_are_kept() {
    let killed = {
        let mut rows = rows();
        rows[COUNT - 1] = row(0);
        rows
    };
    let counts = Counts::default();
    let inner = counts.clone();
    let url = fake::serve_bodies(move |before, body| {
        let row = inner.add(body);
        if before < 10 {
            accepted(row)
        } else {
            (503, "{}".to_owned())
        }
    });
    let shell = shell(&url);
    shell.file("input", &Format::Ndjson.write(&killed));
    let first = [
        "send",
        "--json",
        "--file",
        "input",
        "--results",
        "results",
        "--concurrency",
        "1",
    ];
    let mut child = shell.command(&first).spawn().unwrap();
    let began = Instant::now();
    while lines(&shell.path("results")) < 10 {
        assert!(began.elapsed() < Duration::from_secs(60), "no results");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    counts.take();
    let second = Counts::default();
    let resume = [
        "send", "--json", "--file", "input", "--resume", "results", "--retry", "in-doubt",
    ];
    let shell = shell.with("MESSAGES_ENDPOINT", &accepting(&second));
    let ended = shell.run(&resume);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(second.take()[&row(0).0], 1);
}

#[cfg(unix)]
#[test]
fn no_name_of_an_input_is_written() {
    let counts = Counts::default();
    let shell = shell(&accepting(&counts));
    let text = Format::Ndjson.write(&rows()[..3]);
    shell.file("input", &text);
    shell.file("table", &Format::Csv.write(&rows()[..3]));
    shell.file("template.json", TEMPLATE);
    for (name, format, input) in [
        ("hard", Format::Ndjson, "input"),
        ("hard table", Format::Csv, "table"),
        ("hard template", Format::Csv, "template.json"),
    ] {
        std::fs::hard_link(shell.path(input), shell.path(name)).unwrap();
        let before = std::fs::read(shell.path(input)).unwrap();
        let source = if format == Format::Csv {
            "table"
        } else {
            "input"
        };
        for how in ["--results", "--resume"] {
            let mut arguments = format.arguments(source, "template.json");
            arguments.extend([how, name]);
            let ended = shell.run(&arguments);
            assert_eq!(ended.code, 2, "{name} {how}: {}", ended.stderr);
            assert_eq!(
                std::fs::read(shell.path(input)).unwrap(),
                before,
                "{name} {how}"
            );
        }
    }
    // A file that holds something else than results is not appended to either.
    let ended = shell.run(&["send", "--json", "--file", "input", "--resume", "table"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert_eq!(
        std::fs::read_to_string(shell.path("table")).unwrap(),
        Format::Csv.write(&rows()[..3])
    );
    assert!(counts.take().is_empty());
}
