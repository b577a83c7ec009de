//! A carousel has cards.

use messages_types::v1::Rcs;

fn main() {
    let _ = Rcs::carousel("Acme", "447700900000");
}
