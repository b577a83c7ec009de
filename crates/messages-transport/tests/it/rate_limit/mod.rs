//! The rate limit. Time is tokio's paused clock, or the test's own.

mod backlog;
mod queue;
mod rates;
mod schedules;
mod throttling;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, Uri};
use messages_transport::layer::rate_limit::{Quota, RateScope};
use messages_transport::{Timer, TokioTimer, Transport, TransportError};

use crate::support::post;

const SECOND: Duration = Duration::from_secs(1);

fn per_second(requests: u32) -> Quota {
    Quota::per_second(NonZeroU32::new(requests).unwrap())
}

fn request(scope: Option<RateScope>) -> Request<Bytes> {
    let mut request = post(Uri::from_static("https://api.example/v1/messages"), "{}");
    if let Some(scope) = scope {
        request.extensions_mut().insert(scope);
    }
    request
}

type Sent = (Instant, Option<RateScope>);

/// Notes when each request went out, and for whom.
#[derive(Debug, Default, Clone)]
struct Clock(Arc<Mutex<Vec<Sent>>>);

#[async_trait]
impl Transport for Clock {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let scope = request.extensions().get().cloned();
        self.0.lock().unwrap().push((TokioTimer.now(), scope));
        Ok(Response::new(Bytes::new()))
    }
}

impl Clock {
    fn times(&self) -> Vec<Instant> {
        self.0.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }
}
