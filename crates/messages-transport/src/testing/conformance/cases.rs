//! One case for each clause of the contract.

use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use tokio::net::TcpListener;

use super::capture;
use crate::testing::server::{Act, Answer, FaultServer, Moment, Play};
use crate::{Delivery, Transport, TransportError, TransportErrorKind, Truncated};

type Factory<'a> = &'a (dyn Fn() -> Box<dyn Transport> + Sync);
type Outcome = Result<(), String>;
type Exchange = Result<Response<Bytes>, TransportError>;

pub(super) struct Case {
    pub(super) clause: u8,
    pub(super) title: &'static str,
    pub(super) run: for<'a> fn(Factory<'a>) -> Pin<Box<dyn Future<Output = Outcome> + 'a>>,
}

macro_rules! cases {
    ($($clause:literal $run:ident $title:literal)*) => {
        &[$(Case { clause: $clause, title: $title, run: |factory| Box::pin($run(factory)) }),*]
    };
}

pub(super) const CASES: &[Case] = cases! {
    1 one_exchange "one exchange a call"
    2 any_status_is_ok "any status is Ok"
    3 no_redirects "redirects are not followed"
    4 request_is_unchanged "the request goes out as it is"
    5 bodies_are_bounded "the body is read whole, up to a limit"
    6 not_sent_is_a_proof "NotSent is a proof"
    7 dropping_stops "dropping the future stops the exchange"
    8 unsendable_is_an_error "a request that cannot be sent is an error"
    9 nothing_is_logged "nothing from headers or bodies is logged"
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

fn post(server: &FaultServer, body: &'static str) -> Request<Bytes> {
    request(http::Method::POST, server.uri("/v1/messages"), body)
}

fn request(method: http::Method, uri: http::Uri, body: &'static str) -> Request<Bytes> {
    let mut request = Request::new(Bytes::from_static(body.as_bytes()));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    request
        .headers_mut()
        .insert("accept", http::HeaderValue::from_static("application/json"));
    request
}

async fn in_time(exchange: impl Future<Output = Exchange>) -> Result<Exchange, String> {
    tokio::time::timeout(SOON, exchange)
        .await
        .map_err(|_| format!("no result within {SOON:?}"))
}

/// What the result is, without anything that could be personal.
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

async fn one_exchange(factory: Factory<'_>) -> Outcome {
    for method in [http::Method::POST, http::Method::GET] {
        let endings = [
            Play::Break(Moment::Taken, Act::Close),
            Play::Break(Moment::Taken, Act::Reset),
            Play::Break(Moment::AnswerBody(202), Act::Close),
            Answer::new(503, "").header("retry-after", "0").into(),
            Answer::new(429, "").header("retry-after", "0").into(),
            Play::TakeAndAbort,
            Play::Refuse,
        ];
        for ending in endings {
            let transport = factory();
            let play = ending.clone();
            // The first exchange leaves a connection behind, which is where hidden retries happen.
            let server = serve(move |n| {
                if n == 0 {
                    Answer::new(200, "{}").into()
                } else {
                    play.clone()
                }
            })
            .await?;
            for body in ["first", "second"] {
                let request = request(method.clone(), server.uri("/"), body);
                let result = in_time(transport.send(request)).await?;
                if body == "first" && result.is_err() {
                    return Err(format!("a plain exchange failed: {}", describe(&result)));
                }
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
            let started = server.started();
            ensure(started == 2, || {
                format!(
                    "2 {method} calls led to {started} exchanges, the second of which ended in {ending:?}"
                )
            })?;
        }
    }
    Ok(())
}

async fn any_status_is_ok(factory: Factory<'_>) -> Outcome {
    const STATUSES: [u16; 16] = [
        200, 201, 202, 204, 301, 304, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503,
    ];
    let transport = factory();
    let server = serve(|n| {
        let status = STATUSES[n % STATUSES.len()];
        let body = if [204, 304].contains(&status) {
            ""
        } else {
            "{\"title\":\"as sent\"}"
        };
        Answer::new(status, body).header("x-answer", "kept").into()
    })
    .await?;
    for status in STATUSES {
        let result = in_time(transport.send(post(&server, "{}"))).await?;
        let Ok(response) = &result else {
            return Err(format!(
                "status {status} became an error: {}",
                describe(&result)
            ));
        };
        ensure(response.status() == status, || {
            format!("{status} became {}", response.status())
        })?;
        let expected = if [204, 304].contains(&status) {
            ""
        } else {
            "{\"title\":\"as sent\"}"
        };
        ensure(response.body() == expected, || {
            format!("the body of a {status} was changed")
        })?;
        ensure(
            response
                .headers()
                .get("x-answer")
                .is_some_and(|value| value == "kept"),
            || format!("a header of a {status} was lost"),
        )?;
    }
    Ok(())
}

async fn no_redirects(factory: Factory<'_>) -> Outcome {
    for status in [301, 302, 303, 307, 308] {
        let transport = factory();
        let server = serve(move |_| {
            Answer::new(status, "")
                .header("location", "/elsewhere")
                .into()
        })
        .await?;
        let result = in_time(transport.send(post(&server, "{}"))).await?;
        let kept = result
            .as_ref()
            .is_ok_and(|response| response.status() == status);
        ensure(kept, || format!("a {status} became {}", describe(&result)))?;
        ensure(server.started() == 1, || format!("a {status} was followed"))?;
    }
    Ok(())
}

async fn request_is_unchanged(factory: Factory<'_>) -> Outcome {
    const NEEDED_BY_HTTP: [&str; 4] = ["host", "content-length", "transfer-encoding", "connection"];
    const PATH: &str = "/v1/messages/a%2Fb?x=1&y=%20z";
    const BODY: &str = "{\"text\":\"Gr\u{fc}\u{df}e \u{1f44b}\"}";
    let transport = factory();
    let server = serve(|_| {
        Answer::new(200, "{}")
            .header("set-cookie", "session=1")
            .into()
    })
    .await?;
    for round in 1..=2 {
        let mut request = request(http::Method::PATCH, server.uri(PATH), BODY);
        let headers = request.headers_mut();
        headers.insert(
            "authorization",
            http::HeaderValue::from_static("Bearer abc.def.ghi"),
        );
        headers.insert(
            "content-type",
            http::HeaderValue::from_static("application/json"),
        );
        headers.append("x-several", http::HeaderValue::from_static("one"));
        headers.append("x-several", http::HeaderValue::from_static("two"));
        let mut expected: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        let result = in_time(transport.send(request)).await?;
        ensure(result.is_ok(), || {
            format!("a plain exchange failed: {}", describe(&result))
        })?;
        let Some(seen) = server.latest() else {
            return Err("nothing arrived".to_owned());
        };
        ensure(seen.body == BODY.as_bytes(), || {
            "the body was changed".to_owned()
        })?;
        if seen.head.is_empty() {
            // HTTP/2, whose headers the server does not decode.
            return Ok(());
        }
        let mut lines = seen.head.split("\r\n");
        let first = lines.next().unwrap_or_default();
        ensure(first == format!("PATCH {PATH} HTTP/1.1"), || {
            format!("the first line is {first:?}")
        })?;
        for line in lines {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let (name, value) = (name.to_ascii_lowercase(), value.trim());
            match expected
                .iter()
                .position(|it| it.0 == name && it.1 == value.as_bytes())
            {
                Some(found) => {
                    expected.remove(found);
                }
                None => ensure(
                    NEEDED_BY_HTTP.contains(&name.as_str()) || (name == "accept" && value == "*/*"),
                    || format!("the header {name} was added or changed (round {round})"),
                )?,
            }
        }
        ensure(expected.is_empty(), || {
            format!("{} headers were lost", expected.len())
        })?;
    }
    Ok(())
}

async fn bodies_are_bounded(factory: Factory<'_>) -> Outcome {
    let transport = factory();

    let whole = "x".repeat(4096);
    let body = Bytes::from(whole.clone());
    let server = serve(move |_| Answer::new(200, body.clone()).into()).await?;
    let result = in_time(transport.send(post(&server, "{}"))).await?;
    ensure(
        result
            .as_ref()
            .is_ok_and(|response| response.body() == &whole),
        || format!("a body of 4 KiB was not read: {}", describe(&result)),
    )?;

    let server = serve(|_| Play::Endless(202)).await?;
    let result = in_time(transport.send(post(&server, "{}"))).await?;
    fails_after(
        &result,
        TransportErrorKind::TooLarge,
        202,
        "an endless success",
    )?;

    for act in [Act::Close, Act::Reset] {
        let server = serve(move |_| Play::Break(Moment::AnswerBody(202), act)).await?;
        let result = in_time(transport.send(post(&server, "{}"))).await?;
        fails_after(
            &result,
            TransportErrorKind::Interrupted,
            202,
            "a success that was cut off",
        )?;
    }

    let server = serve(|_| Play::Endless(500)).await?;
    let result = in_time(transport.send(post(&server, "{}"))).await?;
    match &result {
        Ok(response) => {
            ensure(response.status() == 500, || {
                "a status was changed".to_owned()
            })?;
            ensure(response.body().len() <= 1 << 20, || {
                "an endless error was kept".to_owned()
            })?;
            ensure(response.extensions().get::<Truncated>().is_some(), || {
                "an endless error was cut without the mark `Truncated`".to_owned()
            })?;
        }
        Err(_) => fails_after(
            &result,
            TransportErrorKind::TooLarge,
            500,
            "an endless error",
        )?,
    }

    let server = serve(|_| Play::ManyHeaders(202, 1000)).await?;
    // An answer or an error, as the transport likes, but no panic and no wait.
    in_time(transport.send(post(&server, "{}"))).await.map(drop)
}

fn fails_after(result: &Exchange, kind: TransportErrorKind, status: u16, what: &str) -> Outcome {
    let as_expected = result.as_ref().is_err_and(|error| {
        error.kind() == kind
            && error.status().is_some_and(|found| found == status)
            && error.delivery() == Delivery::Unknown
    });
    ensure(as_expected, || {
        format!(
            "{what} is not an Unknown error of the kind {kind:?} with the status {status}: {}",
            describe(result)
        )
    })
}

async fn not_sent_is_a_proof(factory: Factory<'_>) -> Outcome {
    let transport = factory();
    // A port that was just given back: nobody listens there.
    let closed = async { TcpListener::bind("127.0.0.1:0").await?.local_addr() }.await;
    let closed = closed.map_err(|error| format!("no port: {error}"))?;
    let uri = http::Uri::try_from(format!("http://{closed}/")).unwrap_or_default();
    let result = in_time(transport.send(request(http::Method::POST, uri, "{}"))).await?;
    let refused = result.as_ref().is_err_and(|error| {
        error.kind() == TransportErrorKind::Connect && error.delivery() == Delivery::NotSent
    });
    ensure(refused, || {
        format!(
            "a refused connection is not Connect and NotSent: {}",
            describe(&result)
        )
    })?;

    let endings = [
        Play::Break(Moment::Taken, Act::Close),
        Play::Break(Moment::Taken, Act::Reset),
        Play::Break(Moment::AnswerHead, Act::Close),
        Play::Break(Moment::AnswerHead, Act::Reset),
        Play::Break(Moment::AnswerBody(500), Act::Close),
        Play::Garbage,
        Play::TakeAndGoAway,
        Play::TakeAndAbort,
    ];
    for reused in [false, true] {
        for ending in endings.clone() {
            let transport = factory();
            let play = ending.clone();
            let server = serve(move |n| {
                if reused && n == 0 {
                    Answer::new(200, "{}").into()
                } else {
                    play.clone()
                }
            })
            .await?;
            if reused {
                let result = in_time(transport.send(post(&server, "{}"))).await?;
                ensure(result.is_ok(), || {
                    format!("a plain exchange failed: {}", describe(&result))
                })?;
            }
            let result = in_time(transport.send(post(&server, "{}"))).await?;
            let honest = result
                .as_ref()
                .is_err_and(|error| error.delivery() == Delivery::Unknown);
            ensure(honest, || {
                format!(
                    "a request that was taken and ended in {ending:?} is not Unknown: {}",
                    describe(&result)
                )
            })?;
        }
    }
    Ok(())
}

async fn dropping_stops(factory: Factory<'_>) -> Outcome {
    let transport = factory();
    let server = serve(|n| match n {
        0 => Play::Break(Moment::Taken, Act::Stall),
        1 => Play::Break(Moment::AnswerBody(202), Act::Stall),
        _ => Answer::new(202, "{}").into(),
    })
    .await?;

    drop(transport.send(post(&server, "{}")));
    for taken in 1..=2 {
        let mut call = transport.send(post(&server, "{}"));
        let reached = async {
            while server.taken() < taken {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        tokio::select! {
            result = &mut call => return Err(format!("a stalled exchange ended: {}", describe(&result))),
            () = reached => {}
            () = tokio::time::sleep(SOON) => return Err("the request did not arrive".to_owned()),
        }
        drop(call);
        let mut waited = Duration::ZERO;
        // An HTTP/2 connection may live on, if the stream is reset.
        while server.open_connections() > 0 && server.resets() < taken {
            const STEP: Duration = Duration::from_millis(5);
            tokio::time::sleep(STEP).await;
            waited += STEP;
            ensure(waited < Duration::from_secs(2), || {
                "the connection was still open 2 s after the future was dropped".to_owned()
            })?;
        }
    }
    ensure(server.started() == 2, || {
        "a call went on after it was dropped".to_owned()
    })?;
    let result = in_time(transport.send(post(&server, "{}"))).await?;
    ensure(result.is_ok(), || {
        format!(
            "the transport was not usable any more: {}",
            describe(&result)
        )
    })
}

async fn unsendable_is_an_error(factory: Factory<'_>) -> Outcome {
    let transport = factory();
    for uri in ["/v1/messages", "*", "ftp://127.0.0.1/file"] {
        let Ok(target) = http::Uri::try_from(uri) else {
            continue;
        };
        let result = in_time(transport.send(request(http::Method::POST, target, "{}"))).await?;
        let invalid = result.as_ref().is_err_and(|error| {
            error.kind() == TransportErrorKind::InvalidRequest
                && error.delivery() == Delivery::NotSent
        });
        ensure(invalid, || {
            format!(
                "{uri:?} is not InvalidRequest and NotSent: {}",
                describe(&result)
            )
        })?;
    }
    Ok(())
}

async fn nothing_is_logged(factory: Factory<'_>) -> Outcome {
    const CANARIES: [&str; 4] = ["canary-a41f", "canary-b52e", "canary-c63d", "canary-d74c"];
    let [sent_header, sent_body, answered_header, answered_body] = CANARIES;
    let capture = capture::start();
    let transport = factory();
    let server = serve(move |n| {
        let answer = Answer::new(202, answered_body).header("x-answer", answered_header);
        match n {
            0 | 1 => answer.into(),
            2 => Answer {
                status: 500,
                ..answer
            }
            .into(),
            _ => Play::Break(Moment::AnswerBody(202), Act::Close),
        }
    })
    .await?;
    for _ in 0..4 {
        let mut request = post(&server, sent_body);
        request
            .headers_mut()
            .insert("x-key", http::HeaderValue::from_static(sent_header));
        let result = in_time(transport.send(request)).await?;
        let shown = describe(&result) + &format!("{transport:?}");
        ensure(
            !CANARIES.iter().any(|canary| shown.contains(canary)),
            || "an error or the Debug of the transport shows a header or a body".to_owned(),
        )?;
    }
    let leak = capture.find(&CANARIES);
    ensure(leak.is_none(), || {
        format!("{} was logged", leak.unwrap_or_default())
    })
}
