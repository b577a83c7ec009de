//! A workflow has a last step.

use messages_types::v0_1::{Condition, ExpiryTime, Sms, Workflow};

fn main() {
    let sms = Sms::text("447700900001", "447700900000", "Hello").unwrap();
    let _: Workflow =
        Workflow::starting_with(sms.expecting(Condition::Delivered, ExpiryTime::MIN).unwrap());
}
