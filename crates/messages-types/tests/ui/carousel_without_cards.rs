//! A carousel has two to ten cards.

use messages_types::v1::Rcs;
use messages_types::v1::outbound::rcs::CarouselContent;
use messages_types::v1::outbound::rcs::card::{Card, Carousel};

fn main() {
    let _ = Rcs::carousel("Acme", "447700900000");
    let none: [Card; 0] = [];
    let _ = Carousel::from(none);
    let _ = |one: Card| CarouselContent::from([one]);
}
