//! Clauses 2 and 5: what is made of an answer.

use bytes::Bytes;

use super::{Exchange, Factory, Outcome, describe, ensure, in_time, post, serve};
use crate::testing::server::{Act, Answer, Moment, Play};
use crate::{Delivery, TransportErrorKind, Truncated};

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
