//! One case for each clause of the contract.

mod answer;
mod failure;
mod once;
mod request;
mod silence;

use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{HeaderValue, Method, Request, Response, Uri};

use crate::testing::server::{FaultServer, Play};
use crate::{Transport, TransportError};

/// Makes the transports under test.
pub(super) type Factory = Arc<dyn Fn() -> Box<dyn Transport> + Send + Sync>;
/// Nothing, or what is wrong.
pub(super) type Outcome = Result<(), String>;
type Exchange = Result<Response<Bytes>, TransportError>;

pub(super) struct Case {
    pub(super) clause: u8,
    pub(super) title: &'static str,
    pub(super) run: fn(Factory) -> Pin<Box<dyn Future<Output = Outcome>>>,
}

macro_rules! cases {
    ($($clause:literal $run:path, $title:literal)*) => {
        &[$(Case { clause: $clause, title: $title, run: |factory| Box::pin($run(factory)) }),*]
    };
}

pub(super) const CASES: &[Case] = cases! {
    1 once::one_exchange, "one exchange a call"
    2 answer::any_status_is_ok, "any status is Ok"
    3 once::no_redirects, "redirects are not followed"
    4 request::request_is_unchanged, "the request goes out as it is"
    5 answer::bodies_are_bounded, "the body is read whole, up to a limit"
    6 failure::not_sent_is_a_proof, "NotSent is a proof"
    7 failure::dropping_stops, "dropping the future stops the exchange"
    8 request::unsendable_is_an_error, "a request that cannot be sent is an error"
    9 silence::nothing_is_logged, "nothing from headers or bodies is logged"
    10 answer::status_is_recorded, "the status code is recorded before the body is read"
};

/// Long enough for a busy machine, short enough to tell a bounded wait from none.
const SOON: Duration = Duration::from_secs(5);

fn ensure(holds: bool, reason: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(reason()) }
}

async fn serve(
    script: impl Fn(usize) -> Play + Send + Sync + 'static,
) -> Result<FaultServer, String> {
    FaultServer::start(script)
        .await
        .map_err(|error: io::Error| format!("no test server: {error}"))
}

fn post(server: &FaultServer, body: impl Into<Bytes>) -> Request<Bytes> {
    request_to(Method::POST, server.uri("/v1/messages"), body)
}

fn request_to(method: Method, uri: Uri, body: impl Into<Bytes>) -> Request<Bytes> {
    let mut request = Request::new(body.into());
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    request
        .headers_mut()
        .insert(ACCEPT, HeaderValue::from_static("application/json"));
    request
}

async fn in_time(exchange: impl Future<Output = Exchange>) -> Result<Exchange, String> {
    tokio::time::timeout(SOON, exchange)
        .await
        .map_err(|_| format!("no result within {SOON:?}"))
}

/// An exchange in which nothing goes wrong.
async fn plain(exchange: impl Future<Output = Exchange>) -> Outcome {
    let result = in_time(exchange).await?;
    ensure(result.is_ok(), || {
        format!("a plain exchange failed: {}", describe(&result))
    })
}

/// Describes a result, without anything that could be personal.
fn describe(result: &Exchange) -> String {
    match result {
        Ok(response) => format!("status {}", response.status().as_u16()),
        Err(error) => {
            let causes = std::iter::successors(error.source(), |&cause| cause.source());
            causes.fold(format!("{error:?}"), |text, cause| {
                format!("{text}: {cause}")
            })
        }
    }
}
