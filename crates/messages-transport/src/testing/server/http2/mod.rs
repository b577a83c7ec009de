//! The server's HTTP/2: frames by hand, and no more of RFC 9113 than a client needs to see.
//!
//! The headers of a request are not decoded: its body is enough to tell it apart.

mod frame;
mod running;

use std::collections::HashMap;
use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::{Act, Answer, BODY, Moment, Play, Shared, act};
use frame::{
    ACK, DATA, END_HEADERS, END_STREAM, Frame, Frames, GOAWAY, HEADERS, PING, RST_STREAM, SETTINGS,
    WINDOW_UPDATE,
};
use running::{Pace, Running};

const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;

pub(super) async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut connection = Connection {
        frames: Frames::new(stream),
        shared,
        reading: HashMap::new(),
        running: Running::default(),
        last_taken: 0,
    };
    match connection.run().await? {
        Some(end) => act(connection.frames.stream, end).await,
        None => Ok(()),
    }
}

struct Connection<'a> {
    frames: Frames,
    shared: &'a Shared,
    /// The bodies of requests, by stream.
    reading: HashMap<u32, (Play, BytesMut)>,
    running: Running,
    last_taken: u32,
}

impl Connection<'_> {
    /// Serves until the client leaves (`None`) or a play ends the connection.
    async fn run(&mut self) -> io::Result<Option<Act>> {
        if !self.frames.read_preface().await? {
            return Ok(None);
        }
        self.frames.write(SETTINGS, 0, 0, &[]).await?;
        loop {
            while let Some(frame) = self.frames.next() {
                if frame.kind == GOAWAY {
                    return Ok(None);
                }
                if let Some(end) = self.frame(frame).await? {
                    return Ok(Some(end));
                }
            }
            if self.running.advance(&mut self.frames).await? {
                return Ok(Some(Act::Close));
            }
            let wake = self.running.next_tick();
            tokio::select! {
                more = self.frames.read_more() => {
                    if !more? {
                        return Ok(None);
                    }
                }
                () = tokio::time::sleep_until(wake) => {}
            }
        }
    }

    async fn frame(&mut self, mut frame: Frame) -> io::Result<Option<Act>> {
        match frame.kind {
            SETTINGS if frame.flags & ACK == 0 => {
                const INITIAL_WINDOW_SIZE: u16 = 4;
                while frame.payload.len() >= 6 {
                    let (name, value) = (frame.payload.get_u16(), frame.payload.get_u32());
                    if name == INITIAL_WINDOW_SIZE {
                        self.running.initial_window = value.into();
                    }
                }
                self.frames.write(SETTINGS, ACK, 0, &[]).await?;
            }
            PING if frame.flags & ACK == 0 => {
                self.frames.write(PING, ACK, 0, &frame.payload).await?;
            }
            WINDOW_UPDATE if frame.payload.len() == 4 => {
                let more = frame.payload.get_u32().into();
                self.running.widen(frame.stream, more);
            }
            RST_STREAM => {
                self.shared.ledger.reset_stream();
                self.reading.remove(&frame.stream);
                self.running.stop(frame.stream);
            }
            HEADERS => return self.head(&frame).await,
            DATA => return self.data(&frame).await,
            _ => {}
        }
        Ok(None)
    }

    async fn head(&mut self, frame: &Frame) -> io::Result<Option<Act>> {
        let play = self.shared.next_play();
        match &play {
            Play::Break(Moment::Accept | Moment::Head, Act::Stall) => {}
            Play::Break(Moment::Accept | Moment::Head, end) => return Ok(Some(*end)),
            Play::Refuse => self.frames.reset(frame.stream, REFUSED_STREAM).await?,
            Play::GoAway => {
                self.frames.go_away(self.last_taken).await?;
                return Ok(Some(Act::Close));
            }
            Play::Early(answer) => self.answer(frame.stream, answer).await?,
            _ if frame.flags & END_STREAM != 0 => {
                return self.taken(frame.stream, play, Bytes::new()).await;
            }
            _ => {
                self.reading.insert(frame.stream, (play, BytesMut::new()));
            }
        }
        Ok(None)
    }

    async fn data(&mut self, frame: &Frame) -> io::Result<Option<Act>> {
        if !frame.payload.is_empty() {
            // The client may send as much again.
            let more = u32::try_from(frame.payload.len())
                .unwrap_or(u32::MAX)
                .to_be_bytes();
            self.frames.write(WINDOW_UPDATE, 0, 0, &more).await?;
            self.frames
                .write(WINDOW_UPDATE, 0, frame.stream, &more)
                .await?;
        }
        let Some((play, body)) = self.reading.get_mut(&frame.stream) else {
            return Ok(None);
        };
        match play {
            Play::Break(Moment::Body, Act::Stall) => {
                self.reading.remove(&frame.stream);
                return Ok(None);
            }
            Play::Break(Moment::Body, end) => return Ok(Some(*end)),
            _ => body.extend_from_slice(&frame.payload),
        }
        if frame.flags & END_STREAM != 0
            && let Some((play, body)) = self.reading.remove(&frame.stream)
        {
            return self.taken(frame.stream, play, body.freeze()).await;
        }
        Ok(None)
    }

    async fn taken(&mut self, stream: u32, play: Play, body: Bytes) -> io::Result<Option<Act>> {
        if play.takes() {
            self.shared.ledger.take("", &body);
        }
        self.last_taken = self.last_taken.max(stream);
        let end = match play {
            Play::Answer(answer) => {
                self.answer(stream, &answer).await?;
                if let Some(delay) = answer.close_after {
                    self.running
                        .start(stream, Pace::CloseAt(Instant::now() + delay));
                }
                return Ok(None);
            }
            Play::Break(Moment::AnswerHead, end) => {
                // The frame announces more than follows.
                self.frames
                    .stream
                    .write_all(&[0, 0, 40, HEADERS, END_HEADERS])
                    .await?;
                self.frames.stream.write_all(&stream.to_be_bytes()).await?;
                end
            }
            Play::Break(Moment::AnswerBody(status), end) => {
                let body = &BODY.as_bytes()[..BODY.len() / 2];
                let length = BODY.len().to_string();
                self.frames
                    .write_headers(stream, 0, status, &[("content-length", length)])
                    .await?;
                self.frames.write(DATA, 0, stream, body).await?;
                end
            }
            Play::Break(_, end) => end,
            Play::Garbage => {
                self.frames
                    .stream
                    .write_all(b"HTTP/1.1 400 this is not HTTP/2\r\n\r\n")
                    .await?;
                Act::Close
            }
            Play::ShortLength => {
                self.frames
                    .write_headers(stream, 0, 202, &[("content-length", "2".to_owned())])
                    .await?;
                self.frames
                    .write(DATA, END_STREAM, stream, b"{} and more")
                    .await?;
                return Ok(None);
            }
            Play::ManyHeaders(status, count) => {
                let headers: Vec<_> = (0..count).map(|n| ("x-many", n.to_string())).collect();
                self.frames
                    .write_headers(stream, 0, status, &headers)
                    .await?;
                self.frames.write_body(stream, BODY.as_bytes()).await?;
                return Ok(None);
            }
            Play::Drip(status, pause) => {
                self.frames.write_headers(stream, 0, status, &[]).await?;
                self.running.start(
                    stream,
                    Pace::Drip {
                        left: 32,
                        pause,
                        next: Instant::now() + pause,
                    },
                );
                return Ok(None);
            }
            Play::Endless(status) => {
                self.frames.write_headers(stream, 0, status, &[]).await?;
                self.running.start(stream, Pace::Endless);
                return Ok(None);
            }
            Play::TakeAndGoAway => {
                self.frames.go_away(self.last_taken).await?;
                Act::Close
            }
            Play::TakeAndAbort => {
                self.frames.reset(stream, INTERNAL_ERROR).await?;
                return Ok(None);
            }
            Play::Early(_) | Play::Refuse | Play::GoAway => Act::Close,
        };
        // The other streams of the connection go on, unless half a frame is in their way.
        let half_a_frame = matches!(play, Play::Break(Moment::AnswerHead, _));
        Ok((end != Act::Stall || half_a_frame).then_some(end))
    }

    async fn answer(&mut self, stream: u32, answer: &Answer) -> io::Result<()> {
        let flags = if answer.body.is_empty() {
            END_STREAM
        } else {
            0
        };
        self.frames
            .write_headers(stream, flags, answer.status, &answer.headers)
            .await?;
        self.frames.write_body(stream, &answer.body).await
    }
}
