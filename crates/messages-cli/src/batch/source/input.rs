//! The bytes of an input.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use super::chunks::{Chunks, Closed};
use super::{Finding, Raw};

/// A buffered reader that knows how much was taken from it, and hands over what was gathered before it waits for more.
pub(super) struct Input<R> {
    inner: BufReader<Tap<R>>,
    outlet: Outlet,
}

/// Where the documents of an input go; a reader and a parser share it.
#[derive(Clone)]
pub(super) struct Outlet(Rc<RefCell<State>>);

struct State {
    chunks: Chunks,
    /// How many bytes the parser has taken.
    taken: u64,
}

impl Outlet {
    pub(super) fn put(&self, content: Result<Raw, Finding>) -> Result<(), Closed> {
        let mut state = self.0.borrow_mut();
        let position = state.taken;
        state.chunks.put(content, position)
    }

    pub(super) fn flush(&self) -> Result<(), Closed> {
        self.0.borrow_mut().chunks.flush()
    }

    fn take(&self, bytes: usize) {
        self.0.borrow_mut().taken += bytes as u64;
    }
}

/// Where the buffer is filled from.
struct Tap<R> {
    source: R,
    outlet: Outlet,
}

impl<R: Read> Read for Tap<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.outlet.flush() {
            Ok(()) => self.source.read(buffer),
            // There is no need to read on.
            Err(Closed) => Ok(0),
        }
    }
}

impl<R: Read> Input<R> {
    pub(super) fn new(chunks: Chunks, source: R) -> (Self, Outlet) {
        let outlet = Outlet(Rc::new(RefCell::new(State { chunks, taken: 0 })));
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

    /// The first byte that is neither white space nor a byte order mark, which stays where it is.
    pub(super) fn first_byte(&mut self) -> io::Result<Option<u8>> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        if self.fill_buf()?.starts_with(MARK) {
            self.consume(MARK.len());
        }
        loop {
            match self.fill_buf()?.first().copied() {
                Some(byte) if byte.is_ascii_whitespace() => self.consume(1),
                byte => return Ok(byte),
            }
        }
    }

    /// Leaves out what is left of a line.
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.fill_buf()?;
            let length = buffer.len();
            match buffer.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    self.consume(end + 1);
                    return Ok(());
                }
                None if length == 0 => return Ok(()),
                None => self.consume(length),
            }
        }
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.outlet.take(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.outlet.take(amount);
    }
}
