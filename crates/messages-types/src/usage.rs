//! What a message cost.

use crate::Extra;
use crate::value::NumberOrString;
use crate::wire::Wire;

/// What a message or a workflow cost.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Usage {
    /// The currency, by its ISO 4217 code; `EUR` so far.
    pub currency: Option<String>,
    /// The amount, with the digits that it came with.
    pub price: Option<NumberOrString>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}
