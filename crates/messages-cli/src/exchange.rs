//! Requests that are none of the API's: to the emulator's controls, to an application, to ask what time it is there.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use messages_sdk::transport::backend::hyper::HyperTransport;
use messages_sdk::transport::layer::timeout::Timeout;
use messages_sdk::transport::{TokioTimer, Transport};

use crate::exit::Exit;
use crate::failure::Failure;

/// How long an answer is waited for: as long as a webhook's sender waits at most.
const LIMIT: Duration = Duration::from_secs(10);

/// Sends plain requests, without credentials, retries or redirects.
pub(crate) struct Exchange(Timeout<HyperTransport>);

impl Exchange {
    pub(crate) fn new() -> Result<Self, Failure> {
        let transport = HyperTransport::builder().build().map_err(|error| {
            Failure::new(Exit::Other, "no connection can be made").because(error)
        })?;
        Ok(Self(Timeout::new(transport, LIMIT, TokioTimer)))
    }

    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Failure> {
        self.0
            .send(request)
            .await
            .map_err(|error| Failure::new(Exit::NotSent, "there was no answer").because(error))
    }
}
