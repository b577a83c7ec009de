//! The delivery that hyper's errors prove. reqwest is built on hyper, so both backends read the same chain.

use std::error::Error as StdError;
use std::io;

use crate::{Delivery, TransportError, TransportErrorKind};

type BoxError = Box<dyn StdError + Send + Sync>;

fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// An exchange that failed after the backend had a connection, or believed it had one.
pub(crate) fn of_exchange(error: BoxError) -> TransportError {
    let (kind, delivery) = diagnose(&*error);
    TransportError::new(kind, delivery, error)
}

/// A body that broke off: the request had been sent, whatever the error says.
pub(crate) fn of_body(error: BoxError) -> TransportError {
    let (kind, _) = diagnose(&*error);
    let kind = match kind {
        TransportErrorKind::Connect | TransportErrorKind::Other => TransportErrorKind::Interrupted,
        kind => kind,
    };
    TransportError::new(kind, Delivery::Unknown, error)
}

fn diagnose(error: &(dyn StdError + 'static)) -> (TransportErrorKind, Delivery) {
    // hyper hands a request back as "canceled" only while no byte of it was written: the connection
    // was closed before the request got its turn. "Connection closed before message completed" is
    // another error, and proves nothing.
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled) {
        return (TransportErrorKind::Connect, Delivery::NotSent);
    }
    if find::<h2::Error>(error).is_some_and(was_refused) {
        return (TransportErrorKind::Interrupted, Delivery::Refused);
    }
    if let Some(error) = find::<hyper::Error>(error) {
        if error.is_parse() || error.is_parse_status() {
            return (TransportErrorKind::Response, Delivery::Unknown);
        }
        if error.is_timeout() {
            return (TransportErrorKind::Timeout, Delivery::Unknown);
        }
    }
    if let Some(error) = find::<h2::Error>(error) {
        let broken = error.is_io() || error.is_remote();
        let kind = if broken {
            TransportErrorKind::Interrupted
        } else {
            TransportErrorKind::Response
        };
        return (kind, Delivery::Unknown);
    }
    if find::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
        return (TransportErrorKind::Timeout, Delivery::Unknown);
    }
    if find::<hyper::Error>(error).is_some() || find::<io::Error>(error).is_some() {
        return (TransportErrorKind::Interrupted, Delivery::Unknown);
    }
    (TransportErrorKind::Other, Delivery::Unknown)
}

/// RFC 9113 section 8.7. h2 gives the error of a graceful `GOAWAY` only to the streams above the
/// last one the server took.
fn was_refused(error: &h2::Error) -> bool {
    let reason = error.reason();
    error.is_remote()
        && ((error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM))
            || (error.is_go_away() && reason == Some(h2::Reason::NO_ERROR)))
}
