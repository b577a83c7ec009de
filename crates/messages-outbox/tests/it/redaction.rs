//! No number, text, key or secret in `Debug` or `Display`.

use messages_outbox::row::{Event, transition};
use messages_outbox::{
    AllowList, Claimed, Consent, Fact, Intent, Reason, Scope, SenderGroups, State, StoreError,
    StoreErrorKind,
};
use messages_sdk::types::{Submission, v1::Sms};

use crate::support::{now, row_in};

const CANARIES: [&str; 4] = ["447700900123", "447700900999", "canary-text", "canary-key"];

fn check(shown: &str) {
    for canary in CANARIES {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
}

#[test]
fn nothing_personal_is_shown() {
    let sms = Sms::text("447700900999", "447700900123", "canary-text").unwrap();
    let intent = Intent::new("canary-key", Submission::V1(sms.into())).campaign("canary-key");
    check(&format!("{intent:?}"));
    let row = intent.row(Some(&[1; 32]), now());
    check(&format!("{row:?}"));
    let claimed = Claimed {
        row: row.clone(),
        payload: intent.payload().to_vec(),
        send_at: now(),
        is_paced: false,
    };
    check(&format!("{claimed:?}"));
    let consent = Consent {
        group: "447700900999".to_owned(),
        recipient: "447700900123".to_owned(),
        opted_out: true,
        at: None,
    };
    check(&format!("{:?}", Fact::Consent(consent)));
    check(&format!("{:?}", Scope::Sender("447700900999".to_owned())));
    check(&format!("{:?}", AllowList::new(["447700900123"])));
    check(&format!(
        "{:?}",
        SenderGroups::default().group("x", ["447700900999"])
    ));
    let reason = Reason {
        title: Some("canary-text".to_owned()),
        ..Reason::new("rejected")
    };
    check(&format!("{reason:?}"));
    let change = transition(&row, &Event::Cancel, now()).unwrap();
    check(&format!("{change:?}"));
    let error = StoreError::not_done(StoreErrorKind::Busy);
    check(&format!("{error} {error:?} {:?}", row_in(State::Sent)));
}
