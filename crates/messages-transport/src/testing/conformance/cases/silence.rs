//! Clause 9: requests and responses are not logged.

use http::HeaderValue;

use super::{Factory, Outcome, describe, ensure, in_time, post, serve};
use crate::testing::conformance::capture;
use crate::testing::server::{Act, Answer, Moment, Play};

pub(super) async fn nothing_is_logged(factory: Factory) -> Outcome {
    // New ones each time: other threads may run this case as well.
    let canaries = [(); 4].map(|()| format!("canary-{:016x}", fastrand::u64(..)));
    let [sent_header, sent_body, answered_header, answered_body] = canaries.clone();
    let capture = capture::start(&canaries);
    let transport = factory();
    let server = serve(move |n| {
        let answer = Answer::new(202, answered_body.clone());
        let answer = answer.header("x-answer", answered_header.clone());
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
    let sent_header = HeaderValue::try_from(sent_header).map_err(|error| error.to_string())?;
    for _ in 0..4 {
        let mut request = post(&server, sent_body.clone());
        request.headers_mut().insert("x-key", sent_header.clone());
        let result = in_time(transport.send(request)).await?;
        let shown = describe(&result) + &format!("{transport:?}");
        ensure(
            !canaries.iter().any(|canary| shown.contains(canary)),
            || "an error or the Debug of the transport shows a header or a body".to_owned(),
        )?;
    }
    match capture.culprit() {
        Some(target) => Err(format!(
            "something from a header or a body was logged by {target}"
        )),
        None => Ok(()),
    }
}
