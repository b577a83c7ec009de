//! Clauses 6 and 7: what is said of an exchange that ended early, and what is left of it.

use std::time::Duration;

use http::{Method, Uri};
use tokio::net::TcpSocket;

use super::{Factory, Outcome, SOON, describe, ensure, in_time, plain, post, request_to, serve};
use crate::testing::server::{Act, Answer, Moment, Play};
use crate::{Delivery, TransportErrorKind};

pub(super) async fn not_sent_is_a_proof(factory: Factory) -> Outcome {
    let transport = factory();
    let (_closed, uri) = closed_port().map_err(|error| format!("no port: {error}"))?;
    let result = in_time(transport.send(request_to(Method::POST, uri, "{}"))).await?;
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
                plain(transport.send(post(&server, "{}"))).await?;
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

/// A port that refuses connections, and that no other socket can use while this one is held: it is bound, and never
/// listened on.
fn closed_port() -> std::io::Result<(TcpSocket, Uri)> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    let uri = format!("http://{}/", socket.local_addr()?);
    Ok((socket, Uri::try_from(uri).unwrap_or_default()))
}

pub(super) async fn dropping_stops(factory: Factory) -> Outcome {
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
        let stopped = async {
            // An HTTP/2 connection may live on, if the stream is reset.
            while server.open_connections() > 0 && server.resets() < taken {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let stopped = tokio::time::timeout(SOON, stopped).await.is_ok();
        ensure(stopped, || {
            format!("the connection was still open {SOON:?} after the future was dropped")
        })?;
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
