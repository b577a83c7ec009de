//! The suite over our own transports, and over broken ones that it must catch.

use messages_transport::backend::hyper::HyperTransport;
use messages_transport::backend::reqwest::ReqwestTransport;
use messages_transport::backend::tower::{ServiceTransport, TransportService};
use messages_transport::layer::retry::{Retry, RetryPolicy};
use messages_transport::layer::timeout::{DEFAULT_LIMIT, Timeout};
use messages_transport::layer::trace::Traced;
use messages_transport::testing::{ScriptedTransport, conformance};
use messages_transport::{TokioTimer, Transport};

#[test]
fn hyper_conforms() {
    conformance::run(|| HyperTransport::builder().build().unwrap()).assert();
}

#[test]
fn hyper_conforms_over_http2() {
    conformance::run(|| HyperTransport::builder().http2_only().build().unwrap()).assert();
}

#[test]
fn reqwest_conforms() {
    conformance::run(|| ReqwestTransport::builder().build().unwrap()).assert();
}

#[test]
fn reqwest_conforms_over_http2() {
    conformance::run(|| ReqwestTransport::builder().http2_only().build().unwrap()).assert();
}

#[test]
fn a_service_and_a_transport_turned_into_each_other_conform() {
    conformance::run(|| {
        let transport = HyperTransport::builder().build().unwrap();
        ServiceTransport::new(TransportService::new(transport))
    })
    .assert();
}

#[test]
fn the_scripted_transport_conforms_if_its_answers_do() {
    conformance::run(|| {
        let transport = HyperTransport::builder().build().unwrap();
        ScriptedTransport::from_fn(move |request| {
            let transport = transport.clone();
            async move { transport.send(request).await }
        })
    })
    .assert();
}

#[test]
fn a_decorated_transport_without_retries_conforms() {
    conformance::run(|| {
        let backend = Traced::new(HyperTransport::builder().build().unwrap());
        let limited = Timeout::new(backend, DEFAULT_LIMIT, TokioTimer);
        let once = RetryPolicy::default().max_attempts(1);
        Retry::new(limited, once, TokioTimer)
    })
    .assert();
}
