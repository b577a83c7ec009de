//! What a message cost.

use crate::value::Scalar;
use crate::wire::wire_object;

wire_object! {
    /// What a message or a workflow cost.
    #[derive(Default)]
    inbound struct Usage {
        optional {
            /// The currency, by its ISO 4217 code; `EUR` so far.
            currency: String = "currency",
            /// The amount, with the digits that it came with.
            price: Scalar = "price",
        }
    }
}
