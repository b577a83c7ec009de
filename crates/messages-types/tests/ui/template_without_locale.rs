//! A template needs a language.

use messages_types::v1::Whatsapp;

fn main() {
    let _ = Whatsapp::template("447700900001", "447700900000", "login");
}
