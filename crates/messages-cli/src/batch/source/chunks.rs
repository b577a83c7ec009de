//! Documents on their way from the thread that reads to the tasks that send: several at a time, since each hand-over
//! wakes somebody.

use tokio::sync::mpsc;

use super::{Item, Raw};
use crate::finding::Finding;

/// How many chunks are read ahead of what is sent: enough that the senders do not wait while another program has the
/// reader's core.
const READ_AHEAD: usize = 16;

/// A chunk ends with this many documents or, so that memory stays bounded, with this many bytes of input.
const DOCUMENTS_MAX: usize = 256;
const BYTES_MAX: u64 = 64 * 1024;

/// Gathers documents into chunks.
pub(super) struct Chunks {
    sender: mpsc::Sender<Vec<Item>>,
    chunk: Vec<Item>,
    index: u64,
    /// Where in the input the chunk began.
    from: u64,
}

/// Nobody takes documents any more.
pub(super) struct Closed;

impl Chunks {
    pub(super) fn channel() -> (Self, mpsc::Receiver<Vec<Item>>) {
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        let chunks = Self {
            sender,
            chunk: Vec::new(),
            index: 0,
            from: 0,
        };
        (chunks, receiver)
    }

    /// Adds a document with which `position` bytes of the input have been read.
    pub(super) fn put(
        &mut self,
        content: Result<Raw, Finding>,
        position: u64,
    ) -> Result<(), Closed> {
        self.chunk.push(Item {
            index: self.index,
            content,
            position,
        });
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
        self.sender.blocking_send(chunk).map_err(|_| Closed)
    }
}
