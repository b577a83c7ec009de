//! The server's HTTP/2: frames by hand, and no more of RFC 9113 than a client needs to see.
//!
//! The headers of a request are not decoded: its body is enough to tell it apart.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::{Act, Answer, Moment, Play, Shared, act};

const BODY: &str = "{\"message_uuid\":\"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab\"}";
const PREFACE_LENGTH: usize = 24;
const FRAME_HEAD: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;

pub(super) async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut connection = Connection {
        stream,
        shared,
        buffer: BytesMut::new(),
        streams: HashMap::new(),
        running: Vec::new(),
        initial_window: 65_535,
        window: 65_535,
        last_taken: 0,
    };
    match connection.run().await? {
        Some(end) => act(connection.stream, end).await,
        None => Ok(()),
    }
}

struct Connection<'a> {
    stream: TcpStream,
    shared: &'a Shared,
    buffer: BytesMut,
    /// Requests that are being read.
    streams: HashMap<u32, (Play, BytesMut)>,
    /// Answers that take their time.
    running: Vec<Running>,
    initial_window: i64,
    window: i64,
    last_taken: u32,
}

struct Running {
    stream: u32,
    window: i64,
    kind: Pace,
}

enum Pace {
    Drip {
        left: usize,
        pause: Duration,
        next: Instant,
    },
    Endless,
    CloseAt(Instant),
}

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Bytes,
}

impl Connection<'_> {
    /// Serves until the client leaves (`None`) or a play ends the connection.
    async fn run(&mut self) -> io::Result<Option<Act>> {
        while self.buffer.len() < PREFACE_LENGTH {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
        self.buffer.advance(PREFACE_LENGTH);
        self.write(SETTINGS, 0, 0, &[]).await?;
        loop {
            while let Some(frame) = self.next_frame() {
                if frame.kind == GOAWAY {
                    return Ok(None);
                }
                if let Some(end) = self.frame(frame).await? {
                    return Ok(Some(end));
                }
            }
            if let Some(end) = self.advance().await? {
                return Ok(Some(end));
            }
            let wake = self.next_tick();
            tokio::select! {
                read = self.stream.read_buf(&mut self.buffer) => {
                    if read? == 0 {
                        return Ok(None);
                    }
                }
                () = tokio::time::sleep_until(wake) => {}
            }
        }
    }

    fn next_frame(&mut self) -> Option<Frame> {
        let head = self.buffer.get(..FRAME_HEAD)?;
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        if self.buffer.len() < FRAME_HEAD + length {
            return None;
        }
        let mut head = self.buffer.split_to(FRAME_HEAD);
        head.advance(3);
        let (kind, flags) = (head.get_u8(), head.get_u8());
        let stream = head.get_u32() & 0x7fff_ffff;
        Some(Frame {
            kind,
            flags,
            stream,
            payload: self.buffer.split_to(length).freeze(),
        })
    }

    async fn frame(&mut self, mut frame: Frame) -> io::Result<Option<Act>> {
        match frame.kind {
            SETTINGS if frame.flags & ACK == 0 => {
                const INITIAL_WINDOW_SIZE: u16 = 4;
                while frame.payload.len() >= 6 {
                    let (name, value) = (frame.payload.get_u16(), frame.payload.get_u32());
                    if name == INITIAL_WINDOW_SIZE {
                        self.initial_window = value.into();
                    }
                }
                self.write(SETTINGS, ACK, 0, &[]).await?;
            }
            PING if frame.flags & ACK == 0 => self.write(PING, ACK, 0, &frame.payload).await?,
            WINDOW_UPDATE if frame.payload.len() == 4 => {
                let more = i64::from(frame.payload.get_u32());
                if frame.stream == 0 {
                    self.window += more;
                }
                for running in self
                    .running
                    .iter_mut()
                    .filter(|it| it.stream == frame.stream)
                {
                    running.window += more;
                }
            }
            RST_STREAM => {
                self.shared.ledger.reset_stream();
                self.streams.remove(&frame.stream);
                self.running
                    .retain(|running| running.stream != frame.stream);
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
            Play::Refuse => self.reset(frame.stream, REFUSED_STREAM).await?,
            Play::GoAway => {
                self.go_away().await?;
                return Ok(Some(Act::Close));
            }
            Play::Early(answer) => self.answer(frame.stream, answer).await?,
            _ if frame.flags & END_STREAM != 0 => {
                return self.taken(frame.stream, play, Bytes::new()).await;
            }
            _ => {
                self.streams.insert(frame.stream, (play, BytesMut::new()));
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
            self.write(WINDOW_UPDATE, 0, 0, &more).await?;
            self.write(WINDOW_UPDATE, 0, frame.stream, &more).await?;
        }
        let Some((play, body)) = self.streams.get_mut(&frame.stream) else {
            return Ok(None);
        };
        match play {
            Play::Break(Moment::Body, Act::Stall) => {
                self.streams.remove(&frame.stream);
                return Ok(None);
            }
            Play::Break(Moment::Body, end) => return Ok(Some(*end)),
            _ => body.extend_from_slice(&frame.payload),
        }
        if frame.flags & END_STREAM != 0
            && let Some((play, body)) = self.streams.remove(&frame.stream)
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
                    self.start(stream, Pace::CloseAt(Instant::now() + delay));
                }
                return Ok(None);
            }
            Play::Break(Moment::AnswerHead, end) => {
                // The frame announces more than follows.
                self.stream
                    .write_all(&[0, 0, 40, HEADERS, END_HEADERS])
                    .await?;
                self.stream.write_all(&stream.to_be_bytes()).await?;
                end
            }
            Play::Break(Moment::AnswerBody(status), end) => {
                let body = &BODY.as_bytes()[..BODY.len() / 2];
                let length = BODY.len().to_string();
                self.head_frame(stream, 0, status, &[("content-length", length)])
                    .await?;
                self.write(DATA, 0, stream, body).await?;
                end
            }
            Play::Break(_, end) => end,
            Play::Garbage => {
                self.stream
                    .write_all(b"HTTP/1.1 400 this is not HTTP/2\r\n\r\n")
                    .await?;
                Act::Close
            }
            Play::ShortLength => {
                self.head_frame(stream, 0, 202, &[("content-length", "2".to_owned())])
                    .await?;
                self.write(DATA, END_STREAM, stream, b"{} and more").await?;
                return Ok(None);
            }
            Play::ManyHeaders(status, count) => {
                let headers: Vec<_> = (0..count).map(|n| ("x-many", n.to_string())).collect();
                self.head_frame(stream, 0, status, &headers).await?;
                self.write(DATA, END_STREAM, stream, BODY.as_bytes())
                    .await?;
                return Ok(None);
            }
            Play::Drip(status, pause) => {
                self.head_frame(stream, 0, status, &[]).await?;
                self.start(
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
                self.head_frame(stream, 0, status, &[]).await?;
                self.start(stream, Pace::Endless);
                return Ok(None);
            }
            Play::TakeAndGoAway => {
                self.go_away().await?;
                Act::Close
            }
            Play::TakeAndAbort => {
                self.reset(stream, INTERNAL_ERROR).await?;
                return Ok(None);
            }
            Play::Early(_) | Play::Refuse | Play::GoAway => Act::Close,
        };
        // The other streams of the connection go on, unless half a frame is in their way.
        let half_a_frame = matches!(play, Play::Break(Moment::AnswerHead, _));
        Ok((end != Act::Stall || half_a_frame).then_some(end))
    }

    fn start(&mut self, stream: u32, kind: Pace) {
        self.running.push(Running {
            stream,
            window: self.initial_window,
            kind,
        });
    }

    fn next_tick(&self) -> Instant {
        let idle = Instant::now() + Duration::from_secs(3600);
        self.running
            .iter()
            .filter_map(|running| match running.kind {
                Pace::Drip { next, .. } => Some(next),
                Pace::CloseAt(at) => Some(at),
                Pace::Endless => None,
            })
            .fold(idle, Instant::min)
    }

    /// Carries the answers on that take their time.
    async fn advance(&mut self) -> io::Result<Option<Act>> {
        let now = Instant::now();
        let mut running = std::mem::take(&mut self.running);
        for answer in &mut running {
            match &mut answer.kind {
                Pace::CloseAt(at) if *at <= now => return Ok(Some(Act::Close)),
                Pace::CloseAt(_) => {}
                Pace::Drip { left, pause, next } => {
                    if *next <= now && *left > 0 {
                        *left -= 1;
                        *next = now + *pause;
                        let flags = if *left == 0 { END_STREAM } else { 0 };
                        self.write(DATA, flags, answer.stream, b".").await?;
                    }
                }
                Pace::Endless => {
                    const PIECE: [u8; 0x4000] = [b'.'; 0x4000];
                    let piece = PIECE.len() as i64;
                    while answer.window >= piece && self.window >= piece {
                        answer.window -= piece;
                        self.window -= piece;
                        self.write(DATA, 0, answer.stream, &PIECE).await?;
                    }
                }
            }
        }
        running.retain(|answer| !matches!(answer.kind, Pace::Drip { left: 0, .. }));
        self.running = running;
        Ok(None)
    }

    async fn answer(&mut self, stream: u32, answer: &Answer) -> io::Result<()> {
        let flags = if answer.body.is_empty() {
            END_STREAM
        } else {
            0
        };
        self.head_frame(stream, flags, answer.status, &answer.headers)
            .await?;
        let mut rest = answer.body.as_ref();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(0x4000));
            let flags = if after.is_empty() { END_STREAM } else { 0 };
            self.write(DATA, flags, stream, piece).await?;
            rest = after;
        }
        Ok(())
    }

    async fn head_frame(
        &mut self,
        stream: u32,
        flags: u8,
        status: u16,
        headers: &[(&str, String)],
    ) -> io::Result<()> {
        // HPACK without its tables: a literal under the static name `:status`, then literals.
        let mut block = vec![0x08];
        push_string(&mut block, &status.to_string());
        for (name, value) in headers {
            block.push(0);
            push_string(&mut block, name);
            push_string(&mut block, value);
        }
        self.write(HEADERS, flags | END_HEADERS, stream, &block)
            .await
    }

    async fn reset(&mut self, stream: u32, reason: u32) -> io::Result<()> {
        self.write(RST_STREAM, 0, stream, &reason.to_be_bytes())
            .await
    }

    async fn go_away(&mut self) -> io::Result<()> {
        let payload = [self.last_taken.to_be_bytes(), NO_ERROR.to_be_bytes()].concat();
        self.write(GOAWAY, 0, 0, &payload).await
    }

    async fn write(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let [_, length @ ..] = u32::try_from(payload.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes();
        let mut frame = Vec::with_capacity(FRAME_HEAD + payload.len());
        frame.extend(length);
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.stream.write_all(&frame).await
    }
}

/// A string literal without Huffman coding (RFC 7541 section 5.2).
fn push_string(block: &mut Vec<u8>, text: &str) {
    let mut length = text.len();
    if length < 0x7f {
        block.push(length as u8);
    } else {
        block.push(0x7f);
        length -= 0x7f;
        while length >= 0x80 {
            block.push((length % 0x80) as u8 | 0x80);
            length /= 0x80;
        }
        block.push(length as u8);
    }
    block.extend(text.as_bytes());
}
