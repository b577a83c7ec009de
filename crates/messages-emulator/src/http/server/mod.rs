//! Limits of the server, and the guard against requests from other web sites.

mod guard;

use http::Method;
use messages_transport::server::ServerLimits;

pub(crate) use guard::{Guard, guard};

/// The largest snapshot: some hundred thousand messages.
const SNAPSHOT_SIZE: usize = 512 << 20;

pub(crate) fn limits() -> ServerLimits {
    ServerLimits::default().large_bodies(SNAPSHOT_SIZE, |head| {
        head.method == Method::PUT && head.uri.path() == "/emulator/v1/snapshot"
    })
}
