//! Transports that break one clause of the contract each: the suite has to name it.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use messages_transport::backend::hyper::HyperTransport;
use messages_transport::backend::reqwest::ReqwestTransport;
use messages_transport::testing::conformance::{self, Report};
use messages_transport::{CallContext, Delivery, Transport, TransportError, TransportErrorKind};

type Answer = Result<Response<Bytes>, TransportError>;

fn hyper() -> HyperTransport {
    HyperTransport::builder().build().unwrap()
}

fn broken_clauses(report: &Report) -> Vec<u8> {
    println!("conformance of a broken transport: {report}");
    report
        .failures()
        .iter()
        .map(|failure| failure.clause)
        .collect()
}

#[test]
fn a_default_reqwest_client_is_caught() {
    let report = conformance::run(|| ReqwestTransport::from_client(reqwest::Client::new()));
    // It follows redirects.
    assert_eq!(broken_clauses(&report), [3]);
}

#[test]
fn a_default_reqwest_client_is_caught_over_http2() {
    let report = conformance::run(|| {
        let client = reqwest::Client::builder()
            .http2_prior_knowledge()
            .build()
            .unwrap();
        ReqwestTransport::from_client(client)
    });
    // It also retries a stream that was refused.
    assert_eq!(broken_clauses(&report), [1, 3]);
}

/// Declares a transport around hyper that adds something of its own.
macro_rules! broken {
    ($name:ident, |$inner:ident, $request:ident| $body:expr) => {
        #[derive(Debug)]
        struct $name(HyperTransport);

        #[async_trait]
        impl Transport for $name {
            async fn send(&self, $request: Request<Bytes>) -> Answer {
                let $inner = &self.0;
                $body
            }
        }
    };
}

broken!(Retries, |inner, request| {
    match inner.send(request.clone()).await {
        Err(_) => inner.send(request).await,
        answer => answer,
    }
});

#[test]
fn a_transport_that_retries_is_caught() {
    let broken = broken_clauses(&conformance::run(|| Retries(hyper())));
    assert!(broken.contains(&1), "{broken:?}");
}

broken!(Logs, |inner, request| {
    tracing::debug!(body = ?request.body(), "sending");
    inner.send(request).await
});

#[test]
fn a_transport_that_logs_is_caught() {
    assert_eq!(broken_clauses(&conformance::run(|| Logs(hyper()))), [9]);
}

broken!(LogsTheOldWay, |inner, request| {
    log::trace!("sending {:?}", request.headers());
    inner.send(request).await
});

#[test]
fn a_transport_that_logs_through_log_is_caught() {
    assert_eq!(
        broken_clauses(&conformance::run(|| LogsTheOldWay(hyper()))),
        [9]
    );
}

broken!(LogsElsewhere, |inner, request| {
    let body = request.body().clone();
    std::thread::spawn(move || log::trace!("sending {body:?}"))
        .join()
        .unwrap();
    inner.send(request).await
});

#[test]
fn a_transport_that_logs_on_another_thread_is_caught() {
    assert_eq!(
        broken_clauses(&conformance::run(|| LogsElsewhere(hyper()))),
        [9]
    );
}

broken!(FailsOnServerErrors, |inner, request| {
    let response = inner.send(request).await?;
    if response.status() == 500 {
        let source = io::Error::other("server error");
        return Err(TransportError::new(
            TransportErrorKind::Other,
            Delivery::Unknown,
            source,
        ));
    }
    Ok(response)
});

#[test]
fn a_transport_that_fails_for_a_500_is_caught() {
    let broken = broken_clauses(&conformance::run(|| FailsOnServerErrors(hyper())));
    assert!(broken.contains(&2), "{broken:?}");
}

broken!(PanicsOnRelative, |inner, request| {
    assert!(request.uri().host().is_some(), "a URI has a host");
    inner.send(request).await
});

#[test]
fn a_transport_that_panics_on_a_relative_uri_is_caught() {
    assert_eq!(
        broken_clauses(&conformance::run(|| PanicsOnRelative(hyper()))),
        [8]
    );
}

broken!(OutlivesItsFuture, |inner, request| {
    let inner = inner.clone();
    tokio::spawn(async move { inner.send(request).await })
        .await
        .unwrap()
});

#[test]
fn a_transport_that_goes_on_after_a_drop_is_caught() {
    assert_eq!(
        broken_clauses(&conformance::run(|| OutlivesItsFuture(hyper()))),
        [7]
    );
}

/// An exchange that is not dropped with the call, and so keeps its connection.
struct Forgotten(Option<Pin<Box<dyn Future<Output = Answer> + Send>>>);

impl Drop for Forgotten {
    fn drop(&mut self) {
        std::mem::forget(self.0.take());
    }
}

broken!(KeepsTheConnection, |inner, request| {
    let inner = inner.clone();
    let mut exchange = Forgotten(Some(Box::pin(async move { inner.send(request).await })));
    poll_fn(|cx| exchange.0.as_mut().unwrap().as_mut().poll(cx)).await
});

#[test]
fn a_transport_that_keeps_the_connection_after_a_drop_is_caught() {
    assert_eq!(
        broken_clauses(&conformance::run(|| KeepsTheConnection(hyper()))),
        [7]
    );
}

broken!(NeverAnswers, |inner, request| {
    if request.uri().host().is_none() {
        return std::future::pending().await;
    }
    inner.send(request).await
});

#[test]
fn a_transport_that_never_answers_is_caught() {
    assert_eq!(
        broken_clauses(&conformance::run(|| NeverAnswers(hyper()))),
        [8]
    );
}

broken!(BlocksItsThread, |inner, request| {
    if request.uri().host().is_none() {
        loop {
            std::thread::park();
        }
    }
    inner.send(request).await
});

#[test]
fn a_transport_that_blocks_its_thread_ends_in_a_failed_clause() {
    let began = Instant::now();
    assert_eq!(
        broken_clauses(&conformance::run(|| BlocksItsThread(hyper()))),
        [8]
    );
    assert!(began.elapsed() < Duration::from_secs(60));
}

broken!(LeavesAThreadBehind, |inner, request| {
    if request.uri().host().is_none() {
        let _ = tokio::task::spawn_blocking(|| {
            loop {
                std::thread::park();
            }
        })
        .await;
    }
    inner.send(request).await
});

#[test]
fn a_transport_that_leaves_a_thread_behind_ends_in_a_failed_clause() {
    assert_eq!(
        broken_clauses(&conformance::run(|| LeavesAThreadBehind(hyper()))),
        [8]
    );
}

broken!(AddsAHeader, |inner, request| {
    let mut request = request;
    request
        .headers_mut()
        .insert("user-agent", http::HeaderValue::from_static("me/1.0"));
    inner.send(request).await
});

#[test]
fn a_transport_that_adds_a_header_is_caught() {
    assert_eq!(
        broken_clauses(&conformance::run(|| AddsAHeader(hyper()))),
        [4]
    );
}

broken!(LosesTheStatus, |inner, request| {
    inner.send(request).await.map_err(|error| {
        let (kind, delivery) = (error.kind(), error.delivery());
        TransportError::new(kind, delivery, error)
    })
});

#[test]
fn a_transport_that_loses_the_status_of_a_cut_body_is_caught() {
    assert_eq!(
        broken_clauses(&conformance::run(|| LosesTheStatus(hyper()))),
        [5]
    );
}

broken!(RecordsNoStatus, |inner, request| {
    let mut request = request;
    request.extensions_mut().remove::<CallContext>();
    inner.send(request).await
});

#[test]
fn a_transport_that_records_no_status_is_caught() {
    assert_eq!(
        broken_clauses(&conformance::run(|| RecordsNoStatus(hyper()))),
        [10]
    );
}

broken!(TrustsTheWire, |inner, request| {
    inner
        .send(request)
        .await
        .map_err(|error| match (error.kind(), error.status()) {
            // "Connection closed before message completed" taken for "nothing was sent".
            (TransportErrorKind::Interrupted, None) => {
                TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, error)
            }
            _ => error,
        })
});

#[test]
fn a_transport_that_takes_an_interruption_for_not_sent_is_caught() {
    assert_eq!(
        broken_clauses(&conformance::run(|| TrustsTheWire(hyper()))),
        [6]
    );
}
