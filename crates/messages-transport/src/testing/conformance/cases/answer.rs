//! Clauses 2, 5 and 10: responses.

use std::pin::pin;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Exchange, Factory, Outcome, SOON, describe, ensure, in_time, post, serve};
use crate::testing::server::{Act, Answer, Moment, Play};
use crate::{CallContext, Delivery, TransportErrorKind, Truncated};

pub(super) async fn any_status_is_ok(factory: Factory) -> Outcome {
    const STATUSES: [u16; 16] = [
        200, 201, 202, 204, 301, 304, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503,
    ];
    let body_of = |status| match status {
        204 | 304 => "",
        _ => "{\"title\":\"as sent\"}",
    };
    let transport = factory();
    let server = serve(move |n| {
        let status = STATUSES[n % STATUSES.len()];
        Answer::new(status, body_of(status))
            .header("x-answer", "kept")
            .into()
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
        ensure(response.body() == body_of(status), || {
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

pub(super) async fn bodies_are_bounded(factory: Factory) -> Outcome {
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

pub(super) async fn status_is_recorded(factory: Factory) -> Outcome {
    let transport = factory();
    for status in [202, 422, 503] {
        for play in [
            Play::Break(Moment::AnswerBody(status), Act::Stall),
            Play::Drip(status, Duration::from_millis(50)),
        ] {
            let server = serve(move |_| play.clone()).await?;
            let context = CallContext::new();
            let attempts = context.attempts().clone();
            let mut request = post(&server, "{}");
            request.extensions_mut().insert(context);
            let mut exchange = pin!(transport.send(request));
            let deadline = Instant::now() + SOON;
            // Neither body ends before the deadline.
            while attempts.status().is_none() && Instant::now() < deadline {
                let step = tokio::time::timeout(Duration::from_millis(10), exchange.as_mut()).await;
                if step.is_ok() {
                    break;
                }
            }
            let recorded = attempts.status().map(|status| status.as_u16());
            ensure(recorded == Some(status), || {
                format!("the status {status} was recorded as {recorded:?} while its body arrived")
            })?;
        }
    }
    Ok(())
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
