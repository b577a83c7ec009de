//! Groups documents on their way from the reading thread to the sending tasks, since each hand-over wakes a task.

use super::{Item, Raw};
use crate::finding::Finding;

/// A chunk ends with this many documents or, so that memory stays bounded, with this many bytes of input.
const DOCUMENTS_MAX: usize = 256;
const BYTES_MAX: u64 = 64 * 1024;

/// Gathers documents into chunks.
pub(super) struct Chunks<'a> {
    sink: Box<dyn FnMut(Vec<Item>) -> Result<(), Closed> + 'a>,
    chunk: Vec<Item>,
    index: u64,
    /// Offset in the input at which the chunk began.
    from: u64,
    /// Offset in the input at which the latest document ended.
    end: u64,
}

/// No more documents are accepted.
pub(crate) struct Closed;

impl<'a> Chunks<'a> {
    pub(super) fn new(sink: impl FnMut(Vec<Item>) -> Result<(), Closed> + 'a) -> Self {
        Self {
            sink: Box::new(sink),
            chunk: Vec::new(),
            index: 0,
            from: 0,
            end: 0,
        }
    }

    /// Adds a document with which `position` bytes of the input have been read; `start` is where it begins, unless that is the
    /// end of the previous one.
    pub(super) fn put(
        &mut self,
        content: Result<Raw, Vec<Finding>>,
        line: Option<u64>,
        start: Option<u64>,
        position: u64,
    ) -> Result<(), Closed> {
        self.chunk.push(Item {
            index: self.index,
            line,
            content,
            start: start.unwrap_or(self.end),
            position,
        });
        self.end = position;
        self.index += 1;
        let bytes = position.saturating_sub(self.from);
        if self.chunk.len() < DOCUMENTS_MAX && bytes < BYTES_MAX {
            return Ok(());
        }
        self.from = position;
        self.flush()
    }

    /// Hands over what was gathered; waits while enough is read ahead.
    pub(super) fn flush(&mut self) -> Result<(), Closed> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        let next = Vec::with_capacity(self.chunk.len());
        let chunk = std::mem::replace(&mut self.chunk, next);
        (self.sink)(chunk)
    }
}
