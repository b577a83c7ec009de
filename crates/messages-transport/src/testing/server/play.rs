//! Behaviour of the server for a request.

use std::time::Duration;

use bytes::Bytes;

/// Behaviour of a [`FaultServer`](super::FaultServer) for one request.
///
/// Every play but [`Play::Early`], [`Play::Refuse`], [`Play::GoAway`] and a break before [`Moment::Taken`] reads the
/// request in full first, and so counts it as taken. A response of 429 is a refusal, which does not count.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Play {
    /// Answers properly.
    Answer(Answer),
    /// Breaks the exchange at this moment in this way.
    Break(Moment, Act),
    /// Answers as soon as it knows the head of the request, without reading on, and closes.
    Early(Answer),
    /// Answers with something that is not HTTP.
    Garbage,
    /// Announces a body of two bytes and sends more.
    ShortLength,
    /// Answers with this status and so many headers.
    ManyHeaders(u16, usize),
    /// Answers with this status, and a body of 32 bytes one at a time with this pause.
    Drip(u16, Duration),
    /// Answers with this status and a body that never ends.
    Endless(u16),
    /// HTTP/2: refuses the stream unprocessed, without taking the request. HTTP/1: closes without
    /// reading it.
    Refuse,
    /// HTTP/2: goes away without having processed the stream, and does not take the request.
    /// HTTP/1: closes without reading it.
    GoAway,
    /// HTTP/2: takes the request, says so in a `GOAWAY`, and closes. HTTP/1: takes the request and
    /// closes.
    TakeAndGoAway,
    /// HTTP/2: takes the request and resets the stream. HTTP/1: takes the request and resets the
    /// connection.
    TakeAndAbort,
}

impl Play {
    /// Returns `true` if a request that was read in full counts as taken.
    pub(super) fn takes(&self) -> bool {
        !matches!(self, Self::Answer(Answer { status: 429, .. }))
    }
}

/// Moment at which an exchange breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before anything is read.
    Accept,
    /// After a few bytes of the head.
    Head,
    /// After half of the body.
    Body,
    /// After the request was read in full, before anything is answered.
    Taken,
    /// After a part of the answer's head.
    AnswerHead,
    /// After half of the answer's body, of this status.
    AnswerBody(u16),
}

/// Way in which an exchange breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The connection is closed in good order.
    Close,
    /// The connection is reset.
    Reset,
    /// Nothing happens any more.
    Stall,
}

/// A proper answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers besides `content-length`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
    /// Closes the connection so long after the answer, without having said so.
    pub close_after: Option<Duration>,
}

impl Answer {
    /// A status and a body.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            close_after: None,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Closes the connection so long after the answer.
    #[must_use]
    pub fn close_after(mut self, delay: Duration) -> Self {
        self.close_after = Some(delay);
        self
    }
}

impl From<Answer> for Play {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}
