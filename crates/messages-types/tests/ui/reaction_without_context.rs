//! A reaction needs the message that it is put on.

use messages_types::v1::Whatsapp;
use messages_types::v1::whatsapp::Reaction;

fn main() {
    let _ = Whatsapp::reaction("447700900001", "447700900000", Reaction::unreact());
}
