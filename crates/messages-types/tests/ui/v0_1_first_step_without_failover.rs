//! A step that another one follows says when to go on.

use messages_types::v0_1::{Sms, Workflow};

fn main() {
    let sms = || Sms::text("447700900001", "447700900000", "Hello").unwrap();
    let _ = Workflow::starting_with(sms()).ending_with(sms());
}
