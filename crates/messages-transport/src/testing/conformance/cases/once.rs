//! Clauses 1 and 3: nothing is sent that was not asked for.

use std::time::Duration;

use http::Method;

use super::{Factory, Outcome, describe, ensure, in_time, plain, post, request_to, serve};
use crate::testing::server::{Act, Answer, Moment, Play};

pub(super) async fn one_exchange(factory: Factory) -> Outcome {
    for method in [Method::POST, Method::GET] {
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
            let request = |body| request_to(method.clone(), server.uri("/"), body);
            plain(transport.send(request("first"))).await?;
            // Whatever comes of it.
            let _ = in_time(transport.send(request("second"))).await?;
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

pub(super) async fn no_redirects(factory: Factory) -> Outcome {
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
