//! Frames, and header blocks without compression.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 1;
pub(super) const ACK: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;

const PREFACE_LENGTH: usize = 24;
const HEAD: usize = 9;
/// The longest payload that a client accepts unless it says otherwise.
pub(super) const LONGEST: usize = 0x4000;

/// A frame that the client sent.
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Bytes,
}

/// A connection as a sequence of frames.
pub(super) struct Frames {
    pub(super) stream: TcpStream,
    buffer: BytesMut,
}

impl Frames {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
        }
    }

    /// Skips the bytes that every client begins with. False if it left before.
    pub(super) async fn read_preface(&mut self) -> io::Result<bool> {
        while self.buffer.len() < PREFACE_LENGTH {
            if !self.read_more().await? {
                return Ok(false);
            }
        }
        self.buffer.advance(PREFACE_LENGTH);
        Ok(true)
    }

    /// Waits for more bytes. False if the client left.
    pub(super) async fn read_more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.buffer).await? > 0)
    }

    /// The next frame, if it is here in full.
    pub(super) fn next(&mut self) -> Option<Frame> {
        let head = self.buffer.get(..HEAD)?;
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        if self.buffer.len() < HEAD + length {
            return None;
        }
        let mut head = self.buffer.split_to(HEAD);
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

    pub(super) async fn write(
        &mut self,
        kind: u8,
        flags: u8,
        stream: u32,
        payload: &[u8],
    ) -> io::Result<()> {
        let [_, length @ ..] = u32::try_from(payload.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes();
        let mut frame = Vec::with_capacity(HEAD + payload.len());
        frame.extend(length);
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.stream.write_all(&frame).await
    }

    /// Begins an answer; with `END_STREAM` among the flags it has no body.
    pub(super) async fn write_headers(
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
        let mut pieces = block.chunks(LONGEST).peekable();
        let mut kind = HEADERS;
        let mut flags = flags;
        while let Some(piece) = pieces.next() {
            if pieces.peek().is_none() {
                flags |= END_HEADERS;
            }
            self.write(kind, flags, stream, piece).await?;
            (kind, flags) = (CONTINUATION, 0);
        }
        Ok(())
    }

    pub(super) async fn write_body(&mut self, stream: u32, body: &[u8]) -> io::Result<()> {
        let mut pieces = body.chunks(LONGEST).peekable();
        while let Some(piece) = pieces.next() {
            let flags = match pieces.peek() {
                Some(_) => 0,
                None => END_STREAM,
            };
            self.write(DATA, flags, stream, piece).await?;
        }
        Ok(())
    }

    pub(super) async fn reset(&mut self, stream: u32, reason: u32) -> io::Result<()> {
        self.write(RST_STREAM, 0, stream, &reason.to_be_bytes())
            .await
    }

    pub(super) async fn go_away(&mut self, last_taken: u32) -> io::Result<()> {
        const NO_ERROR: u32 = 0;
        let payload = [last_taken.to_be_bytes(), NO_ERROR.to_be_bytes()].concat();
        self.write(GOAWAY, 0, 0, &payload).await
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
