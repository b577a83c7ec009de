//! The client for programs that are not asynchronous.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use messages_types::{OutboundMessage, Submission, v0_1, v1};
use tokio::runtime::{Builder, Runtime};

use crate::client::{BuildError, Client as AsyncClient, SendOptions};
use crate::error::Error;
use crate::outcome::{Accepted, RawAccepted, Submitted, Updated, WorkflowAccepted};

/// A [`Client`](crate::Client) whose calls block the calling thread.
///
/// It keeps one thread of its own for all its clones. Its calls work on any thread, even on one of an asynchronous
/// runtime, which they then hold up.
///
/// ```
/// use messages_sdk::types::v1::Sms;
/// use messages_sdk::{Client, blocking, transport::testing::ScriptedTransport};
/// use messages_sdk::auth::Basic;
///
/// # let script = ScriptedTransport::new().then_status(202, r#"{"message_uuid":"aaaa"}"#);
/// let client = Client::builder().credentials(Basic::new("a1b2c3d4", "secret")?).transport(script).build()?;
/// let client = blocking::Client::new(client)?;
/// let accepted = client.send(Sms::text("447700900001", "447700900000", "Your code is 4711")?)?;
/// assert_eq!(accepted.message_uuid, "aaaa");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Client {
    inner: AsyncClient,
    thread: Arc<Thread>,
}

/// The runtime behind the calls.
struct Thread(Option<Runtime>);

impl Client {
    /// A client over the reqwest transport, with the credentials and the endpoint of the environment: see
    /// [`crate::Client::from_env`].
    ///
    /// # Errors
    ///
    /// As [`crate::Client::from_env`] and [`Client::new`].
    #[cfg(feature = "reqwest")]
    pub fn from_env() -> Result<Self, BuildError> {
        Self::new(AsyncClient::from_env()?)
    }

    /// Runs a client on a thread of its own.
    ///
    /// # Errors
    ///
    /// [`BuildError::Thread`] if the system cannot start a thread.
    pub fn new(client: AsyncClient) -> Result<Self, BuildError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("messages")
            .enable_all()
            .build()
            .map_err(BuildError::Thread)?;
        Ok(Self {
            inner: client,
            thread: Arc::new(Thread(Some(runtime))),
        })
    }

    /// Submits a message of either generation or a workflow: see [`crate::Client::submit`].
    ///
    /// # Errors
    ///
    /// As [`crate::Client::submit`].
    pub fn submit(&self, submission: impl Into<Submission>) -> Result<Submitted, Error> {
        self.submit_with(submission, SendOptions::default())
    }

    /// As [`Client::submit`], with options for this call alone.
    ///
    /// # Errors
    ///
    /// As [`crate::Client::submit`].
    pub fn submit_with(
        &self,
        submission: impl Into<Submission>,
        options: SendOptions,
    ) -> Result<Submitted, Error> {
        let (client, submission) = (self.inner.clone(), submission.into());
        self.wait(async move { client.submit_with(submission, options).await })
    }

    /// Sends a message of either generation: see [`crate::Client::send`].
    ///
    /// # Errors
    ///
    /// As [`crate::Client::send`].
    pub fn send(&self, message: impl OutboundMessage) -> Result<Accepted, Error> {
        self.send_with(message, SendOptions::default())
    }

    /// As [`Client::send`], with options for this call alone.
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub fn send_with(
        &self,
        message: impl OutboundMessage,
        options: SendOptions,
    ) -> Result<Accepted, Error> {
        let (client, message) = (self.inner.clone(), message.into());
        self.wait(async move { client.send_message(message, options).await })
    }

    /// Starts a failover workflow: see [`crate::Client::create_workflow`].
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub fn create_workflow(&self, workflow: &v0_1::Workflow) -> Result<WorkflowAccepted, Error> {
        self.create_workflow_with(workflow, SendOptions::default())
    }

    /// As [`Client::create_workflow`], with options for this call alone.
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub fn create_workflow_with(
        &self,
        workflow: &v0_1::Workflow,
        options: SendOptions,
    ) -> Result<WorkflowAccepted, Error> {
        let (client, workflow) = (self.inner.clone(), workflow.clone());
        self.wait(async move { client.create_workflow_with(&workflow, options).await })
    }

    /// Marks an inbound message as read: see [`crate::Client::mark_read`].
    ///
    /// # Errors
    ///
    /// As [`crate::Client::mark_read`].
    pub fn mark_read(&self, inbound: &v1::Inbound) -> Result<Updated, Error> {
        let (client, inbound) = (self.inner.clone(), inbound.clone());
        self.wait(async move { client.mark_read(&inbound).await })
    }

    /// Marks an inbound message as read and shows a typing indicator: see [`crate::Client::show_typing`].
    ///
    /// # Errors
    ///
    /// As [`crate::Client::mark_read`].
    pub fn show_typing(&self, inbound: &v1::Inbound) -> Result<Updated, Error> {
        let (client, inbound) = (self.inner.clone(), inbound.clone());
        self.wait(async move { client.show_typing(&inbound).await })
    }

    /// Revokes an RCS message that was sent: see [`crate::Client::revoke`].
    ///
    /// # Errors
    ///
    /// As [`crate::Client::mark_read`].
    pub fn revoke(&self, message_uuid: &str) -> Result<Updated, Error> {
        let (client, id) = (self.inner.clone(), message_uuid.to_owned());
        self.wait(async move { client.revoke(&id).await })
    }

    /// Changes the state of a message by its id: see [`crate::Client::update`].
    ///
    /// # Errors
    ///
    /// As [`crate::Client::mark_read`].
    pub fn update(&self, message_uuid: &str, update: &v1::Update) -> Result<Updated, Error> {
        self.update_with(message_uuid, update, SendOptions::default())
    }

    /// As [`Client::update`], with options for this call alone.
    ///
    /// # Errors
    ///
    /// As [`crate::Client::mark_read`].
    pub fn update_with(
        &self,
        message_uuid: &str,
        update: &v1::Update,
        options: SendOptions,
    ) -> Result<Updated, Error> {
        let (client, id, update) = (self.inner.clone(), message_uuid.to_owned(), update.clone());
        self.wait(async move { client.update_with(&id, &update, options).await })
    }

    /// Posts any JSON to any path of the API: see [`crate::Client::send_raw`].
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    pub fn send_raw(
        &self,
        path: &str,
        body: &serde_json::Value,
        options: SendOptions,
    ) -> Result<RawAccepted, Error> {
        let (client, path, body) = (self.inner.clone(), path.to_owned(), body.clone());
        self.wait(async move { client.send_raw(&path, &body, options).await })
    }

    /// Refuses new calls, and waits for those in flight.
    ///
    /// # Errors
    ///
    /// [`Error::NotSent`] when the thread behind the calls is gone.
    pub fn close(&self) -> Result<(), Error> {
        let client = self.inner.clone();
        self.wait(async move {
            client.close().await;
            Ok(())
        })
    }

    fn wait<T: Send + 'static>(
        &self,
        call: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        // A call that does not come back has panicked in its transport, and may have sent by then.
        let result = self.thread.wait(call);
        result.unwrap_or_else(|| Err(Error::lost()))
    }
}

impl Thread {
    /// Runs a future on the thread, whatever thread this is: `block_on` would panic on one that belongs to a runtime. `None`
    /// when the future panicked.
    fn wait<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (done, result) = sync_channel(1);
        self.0.as_ref()?.spawn(async move {
            // The receiver waits below, so there is always one.
            let _ = done.send(future.await);
        });
        result.recv().ok()
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Waiting for the thread would panic where this is dropped inside a runtime.
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("blocking::Client")
            .field(&self.inner)
            .finish()
    }
}
