//! Workflows of the first generation send the same messages at the same times, and end with the same report, on the
//! emulator's own Workflows API and on the outbox over its second generation, on a stepped clock.
//!
//! Four differences are known, and nothing else may differ:
//!
//! - While no webhooks come, the outbox holds deadlines. Here they come all the time.
//! - A last message that stays submitted is never reported by the Workflows API, and as an error by the outbox after seven
//!   days.
//! - A message that is read without being delivered has a price in the report of the Workflows API only: none of its statuses
//!   names one.
//! - Content that the second generation cannot express is one of the losses that are reported at enqueueing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use messages_emulator::{Action, Emulator, Query, Rule, Status, Turn, WebhookVersion};
use messages_outbox::{
    AdvanceRequest, BeginRequest, Fact, ManualClock, Outbox, Outcome, RunId, RunIntent, RunState,
    Settle, StoreClock,
};
use messages_outbox_sqlite::SqliteStore;
use messages_sdk::auth::Basic;
use messages_sdk::auth::webhook::Verifier;
use messages_sdk::transport::backend::hyper::HyperTransport;
use messages_sdk::types::v0_1::Workflow;
use messages_sdk::types::{Document, Submission, WebhookEvent, v1};
use messages_sdk::webhook::{Receiver, ServerLimits, router, serve};
use messages_sdk::{Client, SendOptions};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::support::{API_KEY, API_SECRET, Folder, claim_request, client};

/// Generated documents of a default test run.
const GENERATED: usize = 100;
/// Documents of one emulator.
const BATCH: usize = 500;
/// Requests in flight.
const REQUESTS: usize = 32;

/// Statuses of a message, each with the seconds since its acceptance, to which [`fraction`] is added.
type Course = &'static [(u64, Status)];

/// The ending of a recipient is an index of this table.
const COURSES: [Course; 11] = [
    &[(1, Status::Submitted)],
    &[(1, Status::Submitted), (3, Status::Delivered)],
    &[
        (1, Status::Submitted),
        (3, Status::Delivered),
        (8, Status::Read),
    ],
    &[(2, Status::Rejected)],
    &[(1, Status::Submitted), (4, Status::Undeliverable)],
    &[(1, Status::Submitted), (17, Status::Delivered)],
    &[
        (1, Status::Submitted),
        (40, Status::Delivered),
        (45, Status::Read),
    ],
    &[
        (1, Status::Submitted),
        (3, Status::Delivered),
        (700, Status::Read),
    ],
    &[(1, Status::Submitted), (700, Status::Undeliverable)],
    &[(1, Status::Submitted), (4_000, Status::Delivered)],
    &[(1, Status::Submitted), (9, Status::Read)],
];

const EXPIRY_TIMES: [u32; 6] = [15, 20, 60, 600, 3_600, 86_400];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_document_ends_alike_on_the_workflows_api_and_on_the_outbox() {
    let mut documents = Documents::new();
    let mut cases = documents.corpus();
    cases.extend((0..GENERATED).map(|_| documents.generate()));
    compare(cases).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes in release mode: cargo xtask long-runs"]
async fn ten_thousand_documents_end_alike_on_the_workflows_api_and_on_the_outbox() {
    let mut documents = Documents::new();
    compare((0..10_000).map(|_| documents.generate()).collect()).await;
}

/// A workflow, and the course of each of its messages.
struct Case {
    document: Value,
    courses: Vec<usize>,
}

impl Case {
    /// The workflow, with recipients whose endings select the courses.
    fn workflow(&self, number: usize) -> Workflow {
        let mut document = self.document.clone();
        let steps = document["workflow"].as_array_mut().unwrap();
        for (step, course) in steps.iter_mut().zip(&self.courses) {
            let is_number = step["to"]["number"].is_string();
            let key = if is_number { "number" } else { "id" };
            step["to"][key] = json!(format!("447{number:06}{course:04}"));
        }
        Workflow::from_slice(document.to_string().as_bytes()).unwrap()
    }
}

fn document_number(recipient: &str) -> usize {
    recipient[3..9].parse().unwrap()
}

fn course(recipient: &str) -> usize {
    recipient[9..].parse().unwrap()
}

/// Draws documents: the same ones in each run.
struct Documents {
    corpus: Vec<Value>,
    messages: Vec<Value>,
    seed: u64,
}

impl Documents {
    fn new() -> Self {
        let corpus = include_str!("../data/workflows.json");
        let corpus: Vec<Value> = serde_json::from_str(corpus).unwrap();
        let steps = corpus
            .iter()
            .flat_map(|document| document["workflow"].as_array().unwrap());
        Self {
            messages: steps.cloned().collect(),
            corpus,
            seed: 7,
        }
    }

    /// Each document of the corpus, with each course of its first message.
    fn corpus(&mut self) -> Vec<Case> {
        let mut cases = Vec::new();
        for document in self.corpus.clone() {
            for first in 0..COURSES.len() {
                let mut case = self.case(document.clone());
                case.courses[0] = first;
                cases.push(case);
            }
        }
        cases
    }

    /// One to four messages of the corpus, with other texts and conditions.
    fn generate(&mut self) -> Case {
        let count = 1 + self.draw(4);
        let steps = (0..count).map(|step| {
            let drawn = self.draw(self.messages.len());
            let mut message = self.messages[drawn].clone();
            if message["message"]["content"]["type"] == "text" {
                message["message"]["content"]["text"] = json!(format!("Step {step}"));
            }
            if step + 1 == count {
                message.as_object_mut().unwrap().remove("failover");
            } else {
                let expiry_time = EXPIRY_TIMES[self.draw(EXPIRY_TIMES.len())];
                let condition = ["read", "delivered"][self.draw(2)];
                message["failover"] =
                    json!({"expiry_time": expiry_time, "condition_status": condition});
            }
            message
        });
        let steps = Vec::from_iter(steps);
        self.case(json!({"template": "failover", "workflow": steps}))
    }

    fn case(&mut self, document: Value) -> Case {
        let steps = document["workflow"].as_array().unwrap().len();
        let courses = (0..steps).map(|_| self.draw(COURSES.len())).collect();
        Case { document, courses }
    }

    fn draw(&mut self, below: usize) -> usize {
        // Knuth's generator.
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) as usize % below
    }
}

/// Counts of a comparison.
#[derive(Debug, Default)]
struct Totals {
    documents: usize,
    messages: usize,
    /// Reports by their status.
    reports: BTreeMap<String, usize>,
    /// Documents whose last message stays submitted.
    unreported: usize,
    /// Messages whose content the second generation cannot express.
    lossy: usize,
}

async fn compare(cases: Vec<Case>) {
    let began = Instant::now();
    let mut totals = Totals::default();
    for batch in cases.chunks(BATCH) {
        compare_batch(batch, &mut totals).await;
    }
    println!(
        "the same steps and reports: {totals:?}, in {:?}",
        began.elapsed()
    );
    let reports = totals.reports.values();
    assert_eq!(reports.sum::<usize>() + totals.unreported, cases.len());
    assert_eq!(totals.reports.len(), 2, "completed and error");
}

/// Runs each document on both, and compares messages and reports.
async fn compare_batch(cases: &[Case], totals: &mut Totals) {
    let mut world = World::start().await;
    let workflows = cases.iter().enumerate();
    let workflows = Vec::from_iter(workflows.map(|(number, case)| case.workflow(number)));
    let intents = workflows.iter().enumerate().map(|(number, workflow)| {
        RunIntent::new(format!("key-{number}"), workflow.clone()).unwrap()
    });
    let intents = Vec::from_iter(intents);
    let store = world.outbox.store();
    store.start(&intents, None).await.unwrap();
    let uuids = in_parallel(workflows, |workflow| {
        let client = world.client.clone();
        async move { client.create_workflow(&workflow).await.unwrap().uuid }
    });
    let uuids = uuids.await;
    world.finish().await;

    let mut own = world.messages(WebhookVersion::V0_1);
    let mut outbox = world.messages(WebhookVersion::V1);
    for (number, ((case, uuid), intent)) in cases.iter().zip(uuids).zip(intents).enumerate() {
        let context = format!("{}, courses {:?}", case.document, case.courses);
        let (mut own, mut outbox) = (
            own.remove(&number).unwrap(),
            outbox.remove(&number).unwrap(),
        );
        totals.documents += 1;
        totals.messages += own.len();
        for (step, (own, outbox)) in own.iter_mut().zip(&mut outbox).enumerate() {
            let content = format!("/workflow/{step}/message/");
            let mut losses = intent
                .losses()
                .iter()
                .map(|loss| loss.pointer().to_string());
            if losses.any(|pointer| pointer.starts_with(&content)) {
                totals.lossy += 1;
                for message in [own, outbox] {
                    let kind = message["content"]["message_type"].take();
                    message["content"] = kind;
                }
            }
        }
        assert_eq!(own, outbox, "{context}");

        let (state, mut report) = world.run(intent.id()).await;
        let expected = world.reports.lock().unwrap().remove(&uuid);
        let Some(mut expected) = expected else {
            assert_eq!(own.len(), case.courses.len(), "{context}");
            assert_eq!(own[own.len() - 1]["status"], "submitted", "{context}");
            assert_eq!(state, RunState::Exhausted, "{context}");
            totals.unreported += 1;
            continue;
        };
        if own.iter().any(is_read_only) {
            without_usage(&mut expected);
            without_usage(&mut report);
        }
        assert_eq!(report, expected, "{context}");
        let status = expected["status"].as_str().unwrap().to_owned();
        *totals.reports.entry(status).or_default() += 1;
    }
}

/// Returns `true` for a message that is read without being delivered.
fn is_read_only(message: &Value) -> bool {
    let statuses = COURSES[course(message["to"].as_str().unwrap())].iter();
    let statuses = Vec::from_iter(statuses.map(|(_, status)| *status));
    statuses == [Status::Submitted, Status::Read]
}

fn without_usage(report: &mut Value) {
    report.as_object_mut().unwrap().remove("usage");
    for message in report["_links"]["messages"].as_array_mut().unwrap() {
        message.as_object_mut().unwrap().remove("usage");
    }
}

/// Does something with each item, in their order, and several at a time.
async fn in_parallel<I, T, F>(items: Vec<I>, act: impl Fn(I) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut results = Vec::new();
    let mut tasks = JoinSet::new();
    for (index, item) in items.into_iter().enumerate() {
        if tasks.len() == REQUESTS {
            results.extend(tasks.join_next().await.map(Result::unwrap));
        }
        let task = act(item);
        tasks.spawn(async move { (index, task.await) });
    }
    results.extend(tasks.join_all().await);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The emulator, an outbox over it, and the receiver of both.
struct World {
    emulator: Emulator,
    client: Client,
    outbox: Outbox,
    clock: Arc<ManualClock>,
    /// Reports of the Workflows API by the IDs of their workflows.
    reports: Arc<Mutex<BTreeMap<String, Value>>>,
    /// Times at which a message changes its status.
    due: BTreeSet<Timestamp>,
    _folder: Folder,
    /// Aborted when it is dropped.
    _server: JoinSet<()>,
}

impl World {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut emulator = Emulator::builder()
            .seed(7)
            .stepped()
            .magic_numbers(false)
            .keep_hours(24 * 365)
            .api_key(API_KEY.parse().unwrap())
            .api_secret(API_SECRET.parse().unwrap())
            .status_url(format!(
                "http://{}/webhooks",
                listener.local_addr().unwrap()
            ));
        for (index, course) in COURSES.iter().enumerate() {
            emulator = emulator.rule(Rule::to(&*format!("*{index:04}"), script(index, course)));
        }
        let emulator = emulator.start().await.unwrap();
        let now = i64::try_from(emulator.now().as_millis()).unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_millisecond(now).unwrap()));
        let folder = Folder::in_memory();
        let store = SqliteStore::builder(folder.file())
            .clock(Arc::clone(&clock) as _)
            .without_sync()
            .open()
            .await
            .unwrap();
        let outbox = Outbox::builder().store(store).build().unwrap();
        let reports = Arc::new(Mutex::new(BTreeMap::new()));
        let verifier = Verifier::builder()
            .secrets(emulator.credentials().secrets())
            .build()
            .unwrap();
        let app = router("/webhooks", Receiver::new(verifier), {
            let (outbox, reports) = (outbox.clone(), Arc::clone(&reports));
            move |event: WebhookEvent| {
                let (outbox, reports) = (outbox.clone(), Arc::clone(&reports));
                async move {
                    match &event {
                        WebhookEvent::V1Status(_) => outbox.apply(&event).await.map(drop),
                        WebhookEvent::V0_1Report(report) => {
                            let report = serde_json::from_slice(&report.to_vec()).unwrap();
                            let (uuid, report) = comparable(report);
                            reports.lock().unwrap().insert(uuid, report);
                            Ok(())
                        }
                        _ => Ok(()),
                    }
                }
            }
        });
        let mut server = JoinSet::new();
        server.spawn(async move {
            let _ = serve(listener, app, ServerLimits::default()).await;
        });
        let credentials = Basic::new(API_KEY, API_SECRET).unwrap();
        let transport = HyperTransport::builder().build().unwrap();
        Self {
            client: client(emulator.base_url(), credentials, transport),
            emulator,
            outbox,
            clock,
            reports,
            due: BTreeSet::new(),
            _folder: folder,
            _server: server,
        }
    }

    /// Moves time on, from status to status and from deadline to deadline, until there are no more.
    async fn finish(&mut self) {
        loop {
            let wake = self.send_due().await;
            let now = self.clock.now();
            self.due.retain(|due| *due > now);
            let Some(next) = self.due.first().copied().into_iter().chain(wake).min() else {
                return;
            };
            let wait = Duration::try_from(next.duration_since(now)).unwrap();
            self.emulator.advance(wait).await;
            self.clock.advance(wait);
            // A webhook about a message of another program: without any, deadlines would be held.
            let store = self.outbox.store();
            store.apply(&[Fact::Webhook]).await.unwrap();
        }
    }

    /// Advances runs and posts their messages until nothing is due; returns the time of the next deadline.
    async fn send_due(&mut self) -> Option<Timestamp> {
        let store = self.outbox.store();
        loop {
            let advance = AdvanceRequest {
                accounts: vec!["default".to_owned()],
                limit: u32::MAX,
                done: Vec::new(),
            };
            let advanced = store.advance(&advance).await.unwrap();
            assert_eq!(advanced.blind_since, None);
            let claimed = store.claim(&claim_request(1_000)).await.unwrap().rows;
            if claimed.is_empty() {
                return advanced.next_wake;
            }
            let rows = claimed
                .iter()
                .map(|claimed| (claimed.row.id, claimed.row.epoch));
            let begin = BeginRequest {
                rows: rows.collect(),
                lease: Duration::from_secs(75),
            };
            store.begin(&begin).await.unwrap();
            let now = self.clock.now();
            let mut messages = Vec::new();
            for claimed in claimed {
                let message = v1::Message::from_slice(&claimed.payload).unwrap();
                let course = course(message.primary.recipient());
                let accepted = now + fraction(course);
                let times = COURSES[course].iter();
                self.due
                    .extend(times.map(|(seconds, _)| accepted + Duration::from_secs(*seconds)));
                messages.push((claimed.row, message));
            }
            let outcomes = in_parallel(messages, |(row, message)| {
                let client = self.client.clone();
                async move {
                    let reference = row.reference().unwrap().to_string();
                    let options = SendOptions::new().client_ref(reference);
                    let submitted = client
                        .submit_with(Submission::V1(message), options)
                        .await
                        .unwrap();
                    Settle {
                        id: row.id,
                        epoch: row.epoch,
                        outcome: Outcome::Accepted {
                            message_uuid: submitted.message_uuid().map(str::to_owned),
                            workflow_id: None,
                        },
                    }
                }
            });
            store.settle(&outcomes.await).await.unwrap();
        }
    }

    /// The messages of each document, in the order of their acceptance.
    fn messages(&self, version: WebhookVersion) -> BTreeMap<usize, Vec<Value>> {
        let mut documents: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
        let messages = self.emulator.messages(&Query::sent(), usize::MAX);
        for message in messages.into_iter().rev() {
            if message.generation == version {
                let number = document_number(&message.to);
                documents.entry(number).or_default().push(json!({
                    "at": message.at,
                    "channel": message.channel,
                    "from": message.from,
                    "to": message.to,
                    "content": message.content,
                    "status": message.status,
                    "code": message.code,
                    "price": message.price,
                }));
            }
        }
        documents
    }

    /// The state of a run, and its report without IDs and times.
    async fn run(&self, run: RunId) -> (RunState, Value) {
        let detail = self.outbox.store().show_run(run).await.unwrap().unwrap();
        let report = detail.run.progress.report.unwrap();
        let report = comparable(serde_json::from_str(&report).unwrap()).1;
        (detail.run.state, report)
    }
}

/// Part of a second that each course has for itself: no status comes at the time of a deadline or of another message's
/// status, where the first to be seen wins.
fn fraction(course: usize) -> Duration {
    Duration::from_millis(1 << course)
}

fn script(index: usize, course: Course) -> Action {
    let mut before = 0;
    let mut fraction = fraction(index).as_millis() as u64;
    let turns = course.iter().map(|(seconds, status)| {
        let after_ms = (seconds - std::mem::replace(&mut before, *seconds)) * 1_000
            + std::mem::take(&mut fraction);
        Turn {
            status: *status,
            after_ms,
            code: match status {
                Status::Rejected => Some(1050),
                Status::Undeliverable => Some(1260),
                _ => None,
            },
        }
    });
    Action::Script(turns.collect())
}

/// The ID of a report's workflow, and the report without IDs and times.
fn comparable(mut report: Value) -> (String, Value) {
    let fields = report.as_object_mut().unwrap();
    let uuid = fields
        .remove("dispatch_uuid")
        .or(fields.remove("workflow_uuid"))
        .unwrap();
    fields.remove("timestamp");
    for message in report["_links"]["messages"].as_array_mut().unwrap() {
        let message = message.as_object_mut().unwrap();
        message.remove("message_uuid");
        message.remove("href");
    }
    (uuid.as_str().unwrap().to_owned(), report)
}
