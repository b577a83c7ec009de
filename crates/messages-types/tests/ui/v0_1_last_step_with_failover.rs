//! Nothing follows the last step of a workflow, so it has no failover.

use messages_types::v0_1::{Condition, ExpiryTime, Sms, Workflow};

fn main() {
    let step = || {
        Sms::text("447700900001", "447700900000", "Hello")
            .unwrap()
            .expecting(Condition::Delivered, ExpiryTime::MIN).unwrap()
    };
    let _ = Workflow::starting_with(step()).ending_with(step());
}
