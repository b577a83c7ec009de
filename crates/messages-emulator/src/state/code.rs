//! The API's asynchronous error codes, as webhooks carry them.

use messages_types::DeliveryErrorCode;

/// The `ttl` has ended.
pub(crate) const TTL_REACHED: u16 = 1360;

pub(crate) fn is_known(code: u16) -> bool {
    DeliveryErrorCode::new(code.into()).label().is_some()
}

/// Name of a code, for the human-readable part of a webhook.
pub(crate) fn reason(code: u16) -> &'static str {
    DeliveryErrorCode::new(code.into())
        .label()
        .unwrap_or("unknown error")
}
