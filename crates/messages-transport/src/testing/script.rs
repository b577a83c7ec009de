//! A transport that answers from a script.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::target;
use crate::{Delivery, Transport, TransportError, TransportErrorKind};

type Answer = Result<Response<Bytes>, TransportError>;
type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A transport that sends nothing, answers from a list and remembers what it was given. A clone
/// shares the script.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use messages_transport::testing::ScriptedTransport;
/// use messages_transport::{Transport, bytes::Bytes, http};
///
/// let transport = ScriptedTransport::new().then_status(503, "").then_status(202, "{}");
///
/// for expected in [503, 202] {
///     let request = http::Request::post("https://api.example/v1/messages");
///     let request = request.body(Bytes::from_static(b"{}")).unwrap();
///     assert_eq!(transport.send(request).await.unwrap().status(), expected);
/// }
/// assert_eq!(transport.requests()[1].body(), "{}");
/// assert_eq!(transport.remaining(), 0);
/// # }
/// ```
#[derive(Clone)]
pub struct ScriptedTransport {
    script: Arc<Mutex<Script>>,
    otherwise: Option<Arc<dyn Fn(Request<Bytes>) -> Answering + Send + Sync>>,
}

#[derive(Default)]
struct Script {
    steps: VecDeque<Step>,
    requests: Vec<Request<Bytes>>,
}

type AnswerOnce = Box<dyn FnOnce(&Request<Bytes>) -> Answer + Send>;

enum Step {
    Answer(Answer),
    Call(AnswerOnce),
    Never,
}

#[derive(Debug, thiserror::Error)]
#[error("the script has no answer left")]
struct UsedUp;

impl ScriptedTransport {
    /// An empty script: add answers with the `then_…` methods, in their order. A call past the last
    /// answer is an error of the kind `InvalidRequest`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            script: Arc::default(),
            otherwise: None,
        }
    }

    /// Answers every call that the script has no answer for by this function.
    #[must_use]
    pub fn from_fn<F, R>(answer: F) -> Self
    where
        F: Fn(Request<Bytes>) -> R + Send + Sync + 'static,
        R: Future<Output = Answer> + Send + 'static,
    {
        Self {
            script: Arc::default(),
            otherwise: Some(Arc::new(move |request| Box::pin(answer(request)))),
        }
    }

    /// Answers the next call with this response.
    #[must_use]
    pub fn then(self, response: Response<Bytes>) -> Self {
        self.step(Step::Answer(Ok(response)))
    }

    /// Answers the next call with this status and body.
    ///
    /// # Panics
    ///
    /// If the number is not a status, so below 100 or above 999.
    #[must_use]
    pub fn then_status(self, status: u16, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status);
        assert!(status.is_ok(), "a status has three digits");
        let mut response = Response::new(body.into());
        *response.status_mut() = status.unwrap_or_default();
        self.then(response)
    }

    /// Fails the next call with this error.
    #[must_use]
    pub fn then_error(self, error: TransportError) -> Self {
        self.step(Step::Answer(Err(error)))
    }

    /// Answers the next call by this function.
    #[must_use]
    pub fn then_with(
        self,
        answer: impl FnOnce(&Request<Bytes>) -> Answer + Send + 'static,
    ) -> Self {
        self.step(Step::Call(Box::new(answer)))
    }

    /// Never answers the next call.
    #[must_use]
    pub fn then_never(self) -> Self {
        self.step(Step::Never)
    }

    /// The requests so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.script().requests.clone()
    }

    /// Number of responses left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.script().steps.len()
    }

    fn step(self, step: Step) -> Self {
        self.script().steps.push_back(step);
        self
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ScriptedTransport {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, request: Request<Bytes>) -> Answer {
        target::check(&request)?;
        let step = {
            let mut script = self.script();
            script.requests.push(request.clone());
            script.steps.pop_front()
        };
        match step {
            Some(Step::Answer(answer)) => answer,
            Some(Step::Call(answer)) => answer(&request),
            Some(Step::Never) => std::future::pending().await,
            None => match &self.otherwise {
                Some(answer) => answer(request).await,
                None => Err(TransportError::new(
                    TransportErrorKind::InvalidRequest,
                    Delivery::NotSent,
                    UsedUp,
                )),
            },
        }
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let script = self.script();
        f.debug_struct("ScriptedTransport")
            .field("remaining", &script.steps.len())
            .field("requests", &script.requests.len())
            .finish_non_exhaustive()
    }
}
