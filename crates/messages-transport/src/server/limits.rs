//! Bounds on the resources that clients of a server use.

use std::time::Duration;

use http::request::Parts;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
/// Keeps deadlines within the range of the clock.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Bounds on connections, times and sizes. No client can exceed them, and none is infinite.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct ServerLimits {
    pub(super) connections: usize,
    pub(super) header_time: Duration,
    pub(super) body_time: Duration,
    pub(super) write_time: Duration,
    pub(super) drain_time: Duration,
    pub(super) body_size: usize,
    pub(super) body_memory: usize,
    pub(super) large_bodies: Option<LargeBodies>,
    pub(super) pipelined: usize,
}

/// Requests whose bodies may exceed the usual size.
#[derive(Debug, Clone, Copy)]
pub(super) struct LargeBodies {
    pub(super) size: usize,
    pub(super) are_allowed: fn(&Parts) -> bool,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: 1_000,
            header_time: Duration::from_secs(5),
            body_time: Duration::from_secs(4),
            write_time: Duration::from_secs(5),
            drain_time: Duration::from_secs(10),
            body_size: MIB,
            body_memory: 16 * MIB,
            large_bodies: None,
            pipelined: 32,
        }
    }
}

impl ServerLimits {
    /// The slowest average rate of a request body, in bytes a second.
    pub(super) const BODY_RATE: usize = MIB;
    /// The slowest average rate of a response that waits for its reader, in bytes a second.
    pub(super) const WRITE_RATE: usize = 16 * KIB;
    /// The largest head of a request, and the most bytes of small responses that are buffered.
    pub(super) const HEAD_SIZE: usize = 16 * KIB;

    /// Maximum number of open connections, at least 1; 1,000 by default.
    ///
    /// At the limit, a new connection replaces the one that has gone longest without a complete request or without reading its
    /// response. A connection whose request is being handled is never replaced. While those that are replaced close, and while all
    /// requests are being handled, a sixteenth more may be open.
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        self
    }

    /// Time for the head of a request, and for which an idle connection is kept; 5 s by default.
    pub fn header_time(mut self, limit: Duration) -> Self {
        self.header_time = limit.min(LONGEST);
        self
    }

    /// Time for which a request body may pause; 4 s by default. In all, a body has this time and one second for each MiB received.
    pub fn body_time(mut self, limit: Duration) -> Self {
        self.body_time = limit.min(LONGEST);
        self
    }

    /// Time for which a client may read nothing of a response that waits for it; 5 s by default. On average it has to read
    /// 16 KiB a second. A response that is not waiting for its reader, such as an event stream, may last as long as it likes.
    pub fn write_time(mut self, limit: Duration) -> Self {
        self.write_time = limit.min(LONGEST);
        self
    }

    /// Time for which requests in flight are waited for at shutdown; 10 s by default.
    pub fn drain_time(mut self, limit: Duration) -> Self {
        self.drain_time = limit.min(LONGEST);
        self
    }

    /// Largest request body in bytes; 1 MiB by default. A body with a larger `Content-Length` fails before it is read, one
    /// without at the limit.
    pub fn body_size(mut self, bytes: usize) -> Self {
        self.body_size = bytes;
        self
    }

    /// Most bytes of request bodies that are held at once, over all requests being received or handled; 16 MiB by default. Beyond
    /// it, the largest incomplete body is discarded with its connection.
    pub fn body_memory(mut self, bytes: usize) -> Self {
        self.body_memory = bytes;
        self
    }

    /// Allows bodies of up to `bytes` for the requests that `are_allowed` accepts by their head. Together they hold at most `bytes`,
    /// apart from [`body_memory`](Self::body_memory).
    pub fn large_bodies(mut self, bytes: usize, are_allowed: fn(&Parts) -> bool) -> Self {
        self.large_bodies = Some(LargeBodies {
            size: bytes,
            are_allowed,
        });
        self
    }

    /// Most requests in a row that a client may send without waiting for the response before; 32 by default. The connection is
    /// closed after the response to the last of them.
    pub fn pipelined(mut self, requests: usize) -> Self {
        self.pipelined = requests;
        self
    }

    /// The share of memory and the largest size of a request's body.
    pub(super) fn body(&self, head: &Parts) -> (Share, usize) {
        match self.large_bodies {
            Some(large) if (large.are_allowed)(head) => (Share::Large, large.size),
            _ => (Share::Usual, self.body_size),
        }
    }

    pub(super) fn memory(&self, share: Share) -> usize {
        match share {
            Share::Usual => self.body_memory,
            Share::Large => self.large_bodies.map_or(0, |large| large.size),
        }
    }
}

/// The two bounds on the memory of bodies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Share {
    #[default]
    Usual,
    Large,
}
