//! Rates, opt-outs, the allow-list, and webhooks that are not about this outbox.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use messages_outbox::{
    AllowList, Applied, ClaimRequest, Keyword, ListRequest, ManualClock, MemoryStore, Outbox,
    OutboxStore, Policy, Quota, Quotas, Row, SenderGroups, Slots, State, keyword, reserve,
};
use messages_sdk::types::WebhookEvent;
use serde_json::json;

use crate::api::status;
use crate::support::{LEASE, intent, later, now};

fn per_second(rate: u32) -> Quota {
    Quota::per_second(NonZeroU32::new(rate).unwrap())
}

fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn slots_are_reserved_shortly_before_their_time_and_never_twice() {
    let quota = per_second(100);
    let micros = Duration::from_micros;
    let mut scopes = [(Slots::default(), Some(quota))];
    let first = reserve(&mut scopes, 100, now());
    assert_eq!(
        (first.count, first.first, first.interval),
        (8, now(), micros(10_300))
    );
    let none = reserve(&mut scopes, 100, now());
    assert_eq!((none.count, none.first), (0, later(micros(82_400))));
    // Asked again before its time, so that it is used.
    assert_eq!(
        (first.again, none.again),
        (later(micros(2_400)), first.again)
    );
    assert_eq!(reserve(&mut scopes.clone(), 1, first.again).count, 1);
    let next = reserve(&mut scopes, 100, later(millis(50)));
    assert_eq!((next.count, next.first), (5, later(micros(82_400))));
}

#[test]
fn the_narrowest_scope_rules_and_the_account_is_not_overrun() {
    let mut scopes = [
        (Slots::default(), Some(per_second(30))),
        (Slots::default(), Some(per_second(1))),
    ];
    assert_eq!(reserve(&mut scopes, 5, now()).count, 1);
    let again = reserve(&mut scopes, 5, now());
    assert_eq!((again.count, again.first), (0, later(millis(1_030))));
    // The other senders of the account lose one slot, not a second.
    let mut account = [scopes[0]];
    let others = reserve(&mut account, 5, now());
    assert!(others.count == 2 && others.first < later(millis(40)));
}

#[test]
fn a_pause_holds_without_a_quota_and_a_clock_moved_back_does_not_stop_all() {
    let paused = Slots {
        paused_until: later(millis(5_000)),
        ..Slots::default()
    };
    let grant = reserve(&mut [(paused, None)], 5, now());
    assert_eq!((grant.count, grant.first), (0, later(millis(5_000))));
    let ahead = Slots {
        next: later(Duration::from_secs(3_600)),
        ..Slots::default()
    };
    let grant = reserve(&mut [(ahead, Some(per_second(10)))], 5, now());
    assert_eq!((grant.count, grant.first), (1, now()));
}

#[test]
fn keywords_are_whole_messages_in_many_languages() {
    for text in [
        "STOP",
        "stop.",
        " Stop ",
        "\"STOP\"",
        "STOP ALL",
        "ARRÊT",
        "arret",
        "Baja",
        "PARAR",
        "Sair",
        "Stopp",
        "abmelden",
        "СТОП",
        "退订",
        "توقف",
        "הסר",
        "หยุด",
        "수신거부",
        "berhenti",
        "İPTAL",
    ] {
        assert_eq!(keyword(text), Some(Keyword::Stop), "{text}");
    }
    for text in ["START", "unstop", "старт"] {
        assert_eq!(keyword(text), Some(Keyword::Start), "{text}");
    }
    for text in [
        "",
        "...",
        "stop it",
        "Don't stop",
        "yes",
        "T",
        "Huy",
        "please cancel my order",
        "4711",
    ] {
        assert_eq!(keyword(text), None, "{text}");
    }
}

#[test]
fn a_sender_has_one_group_however_it_is_written() {
    let groups = SenderGroups::default().group("shop", ["+44 7700 900001", "My Shop"]);
    for sender in ["447700900001", "+447700900001", "My Shop", "MyShop"] {
        assert_eq!(groups.of(sender), "shop", "{sender}");
    }
    assert_eq!(groups.of("+44 7700 900002"), groups.of("447700900002"));
}

async fn claim(outbox: &Outbox, policy: &Policy) -> usize {
    let request = ClaimRequest {
        accounts: vec!["default".to_owned()],
        limit: 10,
        lease: LEASE,
        policy: policy.clone(),
    };
    outbox.store().claim(&request).await.unwrap().rows.len()
}

async fn rows(outbox: &Outbox) -> Vec<Row> {
    let request = ListRequest {
        limit: 10,
        ..ListRequest::default()
    };
    outbox.store().list(&request).await.unwrap()
}

fn inbound(from: &str, to: &str, text: &str) -> WebhookEvent {
    WebhookEvent::from(json!({
        "channel": "sms", "message_uuid": "in-1", "from": from, "to": to, "message_type": "text",
        "text": text, "timestamp": "2026-03-01T12:00:00Z",
    }))
}

#[tokio::test]
async fn a_stop_to_one_sender_of_a_group_counts_for_all() {
    let policy = Policy {
        groups: SenderGroups::default().group("shop", ["447700900001", "447700900002"]),
        ..Policy::default()
    };
    let builder = Outbox::builder()
        .store(MemoryStore::new())
        .policy(policy.clone());
    let outbox = builder.build().unwrap();
    let stop = inbound("447700900000", "447700900002", "STOP");
    assert_eq!(outbox.apply(&stop).await.unwrap(), Some(Applied::Consent));
    outbox.enqueue(intent("key")).await.unwrap();
    assert_eq!(claim(&outbox, &policy).await, 0);
    assert_eq!(rows(&outbox).await[0].state, State::Suppressed);
    let talk = inbound("447700900000", "447700900002", "stop by at noon");
    assert_eq!(outbox.apply(&talk).await.unwrap(), None);
}

#[tokio::test]
async fn outside_production_only_the_allow_list_is_sent_to() {
    let outbox = Outbox::builder().store(MemoryStore::new()).build().unwrap();
    outbox.enqueue(intent("key")).await.unwrap();
    let allow = |number: &str| Policy {
        allow: Some(AllowList::new([number])),
        quotas: Quotas::default(),
        ..Policy::default()
    };
    assert_eq!(claim(&outbox, &allow("+44 7700 900555")).await, 0);
    let row = &rows(&outbox).await[0];
    assert_eq!(row.state, State::Suppressed);
    assert_eq!(row.reason.as_ref().unwrap().code, "not_allowed");
    outbox.enqueue(intent("other")).await.unwrap();
    assert_eq!(claim(&outbox, &allow("+44 7700 900000")).await, 1);
}

#[tokio::test]
async fn a_worker_is_told_to_wait_for_the_end_of_a_pause() {
    let clock = Arc::new(ManualClock::new(now()));
    let store = MemoryStore::with_clock(Arc::clone(&clock) as _);
    let intents: Vec<_> = (0..50).map(|n| intent(&format!("key-{n}"))).collect();
    store.enqueue(&intents, None).await.unwrap();
    store.throttle("default", millis(5_000)).await.unwrap();
    let request = ClaimRequest {
        accounts: vec!["default".to_owned()],
        limit: 10,
        lease: LEASE,
        policy: Policy::default(),
    };
    let claim = store.claim(&request).await.unwrap();
    assert_eq!(
        (claim.rows.len(), claim.retry_at),
        (0, Some(later(millis(5_000))))
    );
    clock.advance(millis(5_000));
    assert_eq!(store.claim(&request).await.unwrap().rows.len(), 10);
}

#[tokio::test]
async fn a_status_of_another_program_is_not_parked() {
    let outbox = Outbox::builder().store(MemoryStore::new()).build().unwrap();
    let foreign = status("uuid", "delivered", Some("order-17"));
    assert_eq!(outbox.apply(&foreign).await.unwrap(), None);
    let unnamed = status("uuid", "delivered", None);
    assert_eq!(outbox.apply(&unnamed).await.unwrap(), Some(Applied::Parked));
    assert_eq!(outbox.store().status().await.unwrap().parked, 1);
}

#[tokio::test]
async fn an_outbox_without_a_client_does_not_run() {
    let outbox = Outbox::builder().store(MemoryStore::new()).build().unwrap();
    assert!(outbox.run(std::future::pending()).await.is_err());
}
