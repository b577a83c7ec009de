//! Cost of a message.

use crate::Extra;
use crate::value::NumberOrString;
use crate::wire::Wire;

/// Cost of a message or a workflow.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Usage {
    /// Currency, by its ISO 4217 code; `EUR` so far.
    pub currency: Option<String>,
    /// Amount, with the digits received.
    pub price: Option<NumberOrString>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}
