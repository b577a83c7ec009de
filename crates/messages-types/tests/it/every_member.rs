//! Every field of the outbound models must appear in a complete document, from which the tests of the rules start, and in
//! a snapshot, which pins its bytes. The tests here name any missing field.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use messages_types::v1::whatsapp::custom::{ComponentTemplate, Contact, Interactive, Place};
use messages_types::{Member, v0_1, v1};
use serde_json::Value;

use crate::{outbound_v0_1, outbound_v1};

/// The channels of the generation, by their names in documents.
const V1: &[(&str, &[Member])] = &[
    ("sms", v1::Sms::MEMBERS),
    ("mms", v1::Mms::MEMBERS),
    ("rcs", v1::Rcs::MEMBERS),
    ("whatsapp", v1::Whatsapp::MEMBERS),
    ("messenger", v1::Messenger::MEMBERS),
    ("viber_service", v1::Viber::MEMBERS),
    ("email", v1::Email::MEMBERS),
];

const V0_1: &[(&str, &[Member])] = &[
    ("sms", v0_1::Sms::MEMBERS),
    ("mms", v0_1::Mms::MEMBERS),
    ("whatsapp", v0_1::Whatsapp::MEMBERS),
    ("viber_service_msg", v0_1::Viber::MEMBERS),
    ("messenger", v0_1::Messenger::MEMBERS),
];

#[test]
fn every_channel_is_compared() {
    let v1 = V1.iter().map(|(channel, _)| *channel);
    assert!(v1.eq(v1::Channel::KNOWN.iter().map(v1::Channel::as_str)));
    let v0_1: BTreeSet<_> = V0_1.iter().map(|(channel, _)| *channel).collect();
    let known = v0_1::Channel::KNOWN.iter().map(v0_1::Channel::as_str);
    assert_eq!(v0_1, known.collect());
}

#[test]
fn every_field_of_a_v1_message_stands_in_a_complete_document() {
    assert_shown(V1, &outbound_v1::complete_documents());
}

#[test]
fn every_field_of_a_v0_1_message_stands_in_a_complete_document() {
    assert_shown(V0_1, &outbound_v0_1::complete_documents());
}

#[test]
fn every_field_of_a_v1_message_stands_in_a_snapshot() {
    assert_shown(V1, &snapshots("v1/outbound"));
}

#[test]
fn every_field_of_a_v0_1_message_stands_in_a_snapshot() {
    assert_shown(V0_1, &snapshots("v0_1/outbound"));
}

/// A message contains WhatsApp's own JSON unchanged, below `custom`.
#[test]
fn every_field_of_whatsapps_own_json_stands_in_a_snapshot() {
    let snapshots = snapshots("v1/outbound");
    let mut declared = Fields::new();
    let mut shown = Fields::new();
    for (kind, members) in [
        ("template", ComponentTemplate::MEMBERS),
        ("interactive", Interactive::MEMBERS),
        ("location", Place::MEMBERS),
        ("contacts", Contact::MEMBERS),
    ] {
        declare(members, &mut declared);
        for message in &snapshots {
            show(&message["custom"][kind], members, &mut shown);
        }
    }
    assert_all(&declared, &shown);
}

fn assert_shown(channels: &[(&str, &[Member])], documents: &[Value]) {
    let mut declared = Fields::new();
    let mut shown = Fields::new();
    for (channel, members) in channels {
        declare(members, &mut declared);
        for document in documents {
            show_channel(document, channel, members, &mut shown);
        }
    }
    assert_all(&declared, &shown);
}

fn assert_all(declared: &Fields, shown: &Fields) {
    assert!(declared.len() > 30, "{declared:?}");
    let missing: Vec<_> = declared.difference(shown).collect();
    assert!(missing.is_empty(), "nowhere shown: {missing:#?}");
}

/// Fields, each with the names of all fields of its type, which identify the type.
type Fields = BTreeSet<(Vec<Option<&'static str>>, &'static str)>;

fn names(members: &[Member]) -> Vec<Option<&'static str>> {
    members.iter().map(Member::name).collect()
}

/// Collects all fields of a model, and those of the models within it.
fn declare(members: &[Member], declared: &mut Fields) {
    for member in members {
        if let Some(name) = member.name() {
            declared.insert((names(members), name));
        }
        declare(member.members(), declared);
    }
}

/// Collects the fields of a message over `channel`, alone, as an alternative or as a step.
fn show_channel(document: &Value, channel: &str, members: &[Member], shown: &mut Fields) {
    if document["channel"] == channel || document["to"]["type"] == channel {
        show(document, members, shown);
    }
    for list in ["failover", "workflow"] {
        for message in document[list].as_array().into_iter().flatten() {
            show_channel(message, channel, members, shown);
        }
    }
}

fn show(value: &Value, members: &[Member], shown: &mut Fields) {
    for item in value.as_array().into_iter().flatten() {
        show(item, members, shown);
    }
    for member in members {
        match member.name() {
            None => show(value, member.members(), shown),
            Some(name) => {
                if let Some(value) = value.get(name) {
                    shown.insert((names(members), name));
                    show(value, member.members(), shown);
                }
            }
        }
    }
}

fn snapshots(folder: &str) -> Vec<Value> {
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/snapshots")
            .join(folder),
    )
    .iter()
    .map(|file| {
        let snapshot = fs::read_to_string(file).unwrap();
        serde_json::from_str(snapshot.lines().last().unwrap()).unwrap()
    })
    .collect()
}

/// Returns the files of a folder and its subfolders.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files
}
