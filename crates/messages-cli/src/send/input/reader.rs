//! The bytes of an input.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use super::chunks::{Chunks, Closed};
use super::{Finding, Raw};
use crate::io::input::{BYTE_ORDER_MARK, EncodingError};

/// No document is longer than this.
pub(super) const DOCUMENT_MAX: u64 = 1024 * 1024;

pub(super) const TOO_LONG: &str = "is longer than any message: 1 MiB";

/// A buffered reader that counts what was read from it, and hands over what was gathered before it waits for more.
pub(super) struct Input<'a, R> {
    inner: BufReader<Tap<'a, R>>,
    outlet: Outlet<'a>,
}

/// The target of an input's documents, shared by a reader and a parser.
#[derive(Clone)]
pub(super) struct Outlet<'a>(Rc<RefCell<State<'a>>>);

struct State<'a> {
    chunks: Chunks<'a>,
    /// Bytes that the parser has consumed.
    taken: u64,
    /// Bytes that it had consumed with the latest document.
    put: u64,
}

impl Outlet<'_> {
    /// Hands over a document, with the line on which it begins where that is known.
    pub(super) fn put(
        &self,
        content: Result<Raw, Finding>,
        line: Option<u64>,
    ) -> Result<(), Closed> {
        let mut state = self.0.borrow_mut();
        let position = state.taken;
        state.put = position;
        let content = content.map_err(|finding| vec![finding]);
        state.chunks.put(content, line, None, position)
    }

    pub(super) fn flush(&self) -> Result<(), Closed> {
        self.0.borrow_mut().chunks.flush()
    }

    fn take(&self, bytes: usize) {
        self.0.borrow_mut().taken += bytes as u64;
    }

    /// Fails within a document that is too long.
    fn check_length(&self) -> io::Result<()> {
        let state = self.0.borrow();
        if state.taken - state.put > DOCUMENT_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TOO_LONG));
        }
        Ok(())
    }
}

/// The reader that fills the buffer.
struct Tap<'a, R> {
    source: R,
    outlet: Outlet<'a>,
}

impl<R: Read> Read for Tap<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.outlet.flush() {
            Ok(()) => self.source.read(buffer),
            // Nothing more is needed.
            Err(Closed) => Ok(0),
        }
    }
}

impl<'a, R: Read> Input<'a, R> {
    pub(super) fn new(chunks: Chunks<'a>, source: R) -> (Self, Outlet<'a>) {
        let outlet = Outlet(Rc::new(RefCell::new(State {
            chunks,
            taken: 0,
            put: 0,
        })));
        let tap = Tap {
            source,
            outlet: outlet.clone(),
        };
        let input = Self {
            inner: BufReader::with_capacity(64 * 1024, tap),
            outlet: outlet.clone(),
        };
        (input, outlet)
    }

    /// The UTF-16 or UTF-32 that the input is, by its first bytes.
    pub(super) fn encoding_error(&mut self) -> io::Result<Option<EncodingError>> {
        Ok(EncodingError::of_head(self.fill_buf()?))
    }

    /// The first byte that is neither white space nor a byte order mark, which stays where it is, and its line.
    pub(super) fn first_byte(&mut self) -> io::Result<(Option<u8>, u64)> {
        if self.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
            self.consume(BYTE_ORDER_MARK.len());
        }
        let mut line = 1;
        loop {
            match self.fill_buf()?.first().copied() {
                Some(byte) if byte.is_ascii_whitespace() => {
                    line += u64::from(byte == b'\n');
                    self.consume(1);
                }
                byte => return Ok((byte, line)),
            }
        }
    }
}

/// The JSON parser's view of an input.
impl<R: Read> Read for Input<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.outlet.check_length()?;
        let read = self.inner.read(buffer)?;
        self.outlet.take(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Input<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.outlet.take(amount);
    }
}
