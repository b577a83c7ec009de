//! Whose a data file is: each api key in it has an application of its own.

use messages_emulator::{Emulator, Query};

use crate::support::{Client, sms};

#[tokio::test]
async fn another_api_key_is_another_application() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let start = |key: &str| {
        let builder = Emulator::builder().stepped().data(&file);
        builder.api_key(key.try_into().unwrap())
    };
    let first = start("first").start().await.unwrap();
    let id = first.credentials().application_id();
    drop(first);
    let second = start("second").start().await.unwrap();
    assert_ne!(second.credentials().application_id(), id);
    Client::jwt(&second)
        .send("/v1/messages", &sms("447700900000"))
        .await;
    assert_eq!(second.messages(&Query::sent(), 9).len(), 1);
    drop(second);
    let again = start("first").start().await.unwrap();
    assert_eq!(again.credentials().application_id(), id);
    drop(again);
    assert!(start("third").application_id(id).start().await.is_err());
}
