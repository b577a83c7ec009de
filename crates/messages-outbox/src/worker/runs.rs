//! Runs: their deadlines, and the tasks they give.

use std::sync::Arc;
use std::time::{Duration, Instant};

use messages_sdk::SendOptions;
use messages_sdk::transport::Delivery;
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::{Method, Request, header};
use messages_sdk::types::v1;
use tokio::task::JoinSet;

use crate::outbox::Inner;
use crate::run::{RunId, TaskEnd};
use crate::store::{AdvanceRequest, Advanced, GivenTask, StoreError, TaskDone, Work};

/// Runs advanced by one request.
const LIMIT: u32 = 1_000;
/// Longest duration of a task: well within its lease.
const TASK_LIMIT: Duration = Duration::from_secs(30);

/// Advances runs while a worker sends rows.
pub(super) struct Runs {
    inner: Arc<Inner>,
    tasks: JoinSet<TaskDone>,
    /// Tasks that ended, for the next request.
    done: Vec<TaskDone>,
    look_at: Instant,
    is_waiting: bool,
    is_blind: bool,
}

impl Runs {
    pub(super) fn new(inner: &Arc<Inner>) -> Self {
        Self {
            inner: Arc::clone(inner),
            tasks: JoinSet::new(),
            done: Vec::new(),
            look_at: Instant::now(),
            is_waiting: false,
            is_blind: false,
        }
    }

    /// Advances the runs whose time has come, if it is time to look for them.
    pub(super) async fn look(&mut self) -> Result<(), StoreError> {
        self.collect();
        if self.done.is_empty() && Instant::now() < self.look_at {
            return Ok(());
        }
        self.look_now().await
    }

    /// Advances the runs whose time has come.
    pub(super) async fn look_now(&mut self) -> Result<(), StoreError> {
        let request = AdvanceRequest {
            accounts: self.inner.clients.keys().cloned().collect(),
            limit: LIMIT,
            done: self.done.clone(),
        };
        let advanced = self.inner.store.advance(&request).await?;
        self.done.clear();
        self.warn_blind(&advanced);
        if let Some(observer) = &self.inner.observer {
            observer.on_advanced(&advanced);
        }
        let until =
            |time| Duration::try_from(advanced.now.duration_until(time)).unwrap_or_default();
        let next = advanced.next_wake.map_or(Duration::MAX, until);
        self.look_at = Instant::now() + next.min(self.inner.settings.poll);
        self.is_waiting = advanced.next_wake.is_some() || advanced.moved > 0;
        for task in advanced.tasks {
            let inner = Arc::clone(&self.inner);
            self.tasks
                .spawn(async move { carry_out(&inner, task).await });
        }
        Ok(())
    }

    /// Time until the next look.
    pub(super) fn wait(&self) -> Duration {
        self.look_at.saturating_duration_since(Instant::now())
    }

    /// Returns `true` if a run waits for a time, or a task for its end.
    pub(super) fn are_waiting(&self) -> bool {
        self.is_waiting || !self.tasks.is_empty() || !self.done.is_empty()
    }

    /// Awaits the tasks, and stores their ends.
    pub(super) async fn finish(mut self) {
        while let Some(task) = self.tasks.join_next().await {
            self.done.extend(task.ok());
        }
        if self.done.is_empty() {
            return;
        }
        let request = AdvanceRequest {
            accounts: Vec::new(),
            limit: 0,
            done: self.done,
        };
        // If it fails, another worker gets the tasks when their leases are over.
        let _ = self.inner.store.advance(&request).await;
    }

    fn collect(&mut self) {
        while let Some(task) = self.tasks.try_join_next() {
            // A task that panicked is given again when its lease is over.
            self.done.extend(task.ok());
        }
    }

    fn warn_blind(&mut self, advanced: &Advanced) {
        let is_blind = advanced.blind_since.is_some() && advanced.next_wake.is_some();
        if is_blind && !self.is_blind {
            tracing::warn!(
                "no webhook has come since messages were accepted: deadlines stand still"
            );
        } else if self.is_blind && !is_blind {
            tracing::info!("webhooks come again: deadlines go on");
        }
        self.is_blind = is_blind;
    }
}

async fn carry_out(inner: &Inner, given: GivenTask) -> TaskDone {
    let end = match &given.work {
        Work::Revoke { message_uuid } => revoke(inner, &given.account, message_uuid).await,
        Work::Report { url, body } => {
            let end = match url {
                Some(url) => post(inner, url, body).await,
                None => TaskEnd::Done,
            };
            if end == TaskEnd::Done
                && let Some(observer) = &inner.observer
            {
                observer.on_report(given.run, body);
            }
            end
        }
    };
    if end != TaskEnd::Done {
        warn(given.run);
    }
    TaskDone {
        run: given.run,
        task: given.task,
        end,
    }
}

fn warn(run: RunId) {
    tracing::warn!(%run, "a task of a run was not done");
}

async fn revoke(inner: &Inner, account: &str, message_uuid: &str) -> TaskEnd {
    let Some(client) = inner.clients.get(account) else {
        return TaskEnd::Failed;
    };
    let options = SendOptions::new().deadline(TASK_LIMIT);
    let update = v1::Update::revoked();
    match client.update_with(message_uuid, &update, options).await {
        Ok(_) => TaskEnd::Done,
        // Idempotent, so an unknown outcome is repeated as well.
        Err(error) if error.is_retryable() || error.delivery() == Delivery::Unknown => {
            TaskEnd::Failed
        }
        Err(_) => TaskEnd::Refused,
    }
}

/// Posts a final report. Any 2xx ends the task.
async fn post(inner: &Inner, url: &str, body: &str) -> TaskEnd {
    let Some(transport) = &inner.reports else {
        return TaskEnd::Failed;
    };
    let request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::copy_from_slice(body.as_bytes()));
    let Ok(request) = request else {
        return TaskEnd::Failed;
    };
    let response = tokio::time::timeout(TASK_LIMIT, transport.send(request)).await;
    match response {
        Ok(Ok(response)) if response.status().is_success() => TaskEnd::Done,
        _ => TaskEnd::Failed,
    }
}
