//! The server's HTTP/1.1.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Act, Answer, BODY, Moment, Play, Shared, act, wait_for_close};

pub(super) async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut connection = Connection {
        stream,
        buffer: BytesMut::new(),
    };
    loop {
        if connection.buffer.is_empty() && connection.stream.peek(&mut [0]).await? == 0 {
            return Ok(());
        }
        let play = shared.next_play();
        let Some(request) = connection.read(&play).await? else {
            return connection.break_off(&play).await;
        };
        if play.takes() {
            shared.ledger.take(&request.head, &request.body);
        }
        match connection.answer(&play).await? {
            Next::Request => {}
            Next::End(end) => return act(connection.stream, end).await,
        }
    }
}

struct Connection {
    stream: TcpStream,
    buffer: BytesMut,
}

struct Request {
    head: String,
    body: Bytes,
}

enum Next {
    Request,
    End(Act),
}

impl Connection {
    /// The request, unless the play breaks off before it is read in full.
    async fn read(&mut self, play: &Play) -> io::Result<Option<Request>> {
        match play {
            Play::Break(Moment::Accept, _) | Play::Refuse | Play::GoAway => return Ok(None),
            Play::Break(Moment::Head, _) => {
                let mut few = [0; 8];
                self.stream.read_exact(&mut few).await?;
                return Ok(None);
            }
            _ => {}
        }
        let head = self.read_head().await?;
        let length = content_length(&head);
        match play {
            Play::Early(_) => return Ok(None),
            Play::Break(Moment::Body, _) => {
                self.read_to(length / 2).await?;
                return Ok(None);
            }
            _ => {}
        }
        let body = match length {
            0 if is_chunked(&head) => self.read_chunks().await?,
            length => {
                self.read_to(length).await?;
                self.buffer.split_to(length).freeze()
            }
        };
        Ok(Some(Request { head, body }))
    }

    async fn read_head(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                let head = self.buffer.split_to(end + 4);
                return Ok(String::from_utf8_lossy(&head[..end]).into_owned());
            }
            self.read_more().await?;
        }
    }

    async fn read_chunks(&mut self) -> io::Result<Bytes> {
        let mut body = BytesMut::new();
        loop {
            let Some(end) = find(&self.buffer, b"\r\n") else {
                self.read_more().await?;
                continue;
            };
            let line = self.buffer.split_to(end + 2);
            let length = str::from_utf8(&line[..end])
                .ok()
                .and_then(|line| usize::from_str_radix(line.split(';').next()?.trim(), 16).ok())
                .ok_or(io::ErrorKind::InvalidData)?;
            self.read_to(length + 2).await?;
            body.extend_from_slice(&self.buffer.split_to(length));
            let _line_end = self.buffer.split_to(2);
            if length == 0 {
                return Ok(body.freeze());
            }
        }
    }

    async fn read_to(&mut self, length: usize) -> io::Result<()> {
        while self.buffer.len() < length {
            self.read_more().await?;
        }
        Ok(())
    }

    async fn read_more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn break_off(mut self, play: &Play) -> io::Result<()> {
        let end = match play {
            Play::Break(_, end) => *end,
            Play::Early(answer) => {
                self.write(&message(answer)).await?;
                Act::Close
            }
            _ => Act::Close,
        };
        act(self.stream, end).await
    }

    async fn answer(&mut self, play: &Play) -> io::Result<Next> {
        let end = match play {
            Play::Answer(answer) => {
                self.write(&message(answer)).await?;
                let Some(delay) = answer.close_after else {
                    return Ok(Next::Request);
                };
                tokio::time::sleep(delay).await;
                Act::Close
            }
            Play::Break(Moment::AnswerHead, end) => {
                self.write(b"HTTP/1.1 202 Accep").await?;
                *end
            }
            Play::Break(Moment::AnswerBody(status), end) => {
                let message = message(&Answer::new(*status, BODY));
                self.write(&message[..message.len() - BODY.len() / 2])
                    .await?;
                *end
            }
            Play::Break(_, end) => *end,
            Play::Garbage => {
                self.write(b"\x15\x03\x03\x00\x02\x02\x16 this is not HTTP\r\n\r\n")
                    .await?;
                Act::Close
            }
            Play::ShortLength => {
                self.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n{} and more")
                    .await?;
                Act::Stall
            }
            Play::ManyHeaders(status, count) => {
                let mut answer = Answer::new(*status, BODY);
                answer
                    .headers
                    .extend((0..*count).map(|n| ("x-many", n.to_string())));
                self.write(&message(&answer)).await?;
                return Ok(Next::Request);
            }
            Play::Drip(status, pause) => {
                self.drip(*status, *pause).await?;
                return Ok(Next::Request);
            }
            Play::Endless(status) => {
                self.endless(*status).await?;
                Act::Close
            }
            Play::TakeAndAbort => Act::Reset,
            Play::Early(_) | Play::Refuse | Play::GoAway | Play::TakeAndGoAway => Act::Close,
        };
        Ok(Next::End(end))
    }

    async fn drip(&mut self, status: u16, pause: Duration) -> io::Result<()> {
        const LENGTH: usize = 32;
        let head = format!("HTTP/1.1 {status} Dripping\r\ncontent-length: {LENGTH}\r\n\r\n");
        self.write(head.as_bytes()).await?;
        for _ in 0..LENGTH {
            let ended = tokio::time::timeout(pause, wait_for_close(&mut self.stream)).await;
            if let Ok(ended) = ended {
                return ended.and(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            self.write(b".").await?;
        }
        Ok(())
    }

    async fn endless(&mut self, status: u16) -> io::Result<()> {
        let head = format!("HTTP/1.1 {status} Endless\r\ntransfer-encoding: chunked\r\n\r\n");
        self.write(head.as_bytes()).await?;
        let mut chunk = b"4000\r\n".to_vec();
        chunk.extend([b'.'; 0x4000]);
        chunk.extend(b"\r\n");
        loop {
            self.write(&chunk).await?;
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }
}

fn message(answer: &Answer) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} Status\r\n", answer.status);
    for (name, value) in &answer.headers {
        // Writing to a String cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    // These two have no body, whatever a length says (RFC 9110 section 6.4.1).
    if ![204, 304].contains(&answer.status) {
        let _ = write!(head, "content-length: {}\r\n", answer.body.len());
    }
    head.push_str("\r\n");
    let mut message = head.into_bytes();
    message.extend_from_slice(&answer.body);
    message
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn content_length(head: &str) -> usize {
    header(head, "content-length")
        .and_then(|value| value.parse().ok())
        .unwrap_or(0)
}

fn is_chunked(head: &str) -> bool {
    header(head, "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
}
