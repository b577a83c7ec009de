//! Every member of the outbound models stands in a complete document, from which the tests of the rules start, and in
//! a snapshot, which pins its bytes. A member that is added and left out there is named here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use messages_types::{Document, Submission};
use serde_json::Value;

use crate::{outbound_v0_1, outbound_v1};

#[test]
fn every_member_of_a_v1_message_stands_in_a_complete_document() {
    assert_shown(
        "v1/outbound",
        "complete document",
        &outbound_v1::complete_documents(),
    );
}

#[test]
fn every_member_of_a_v0_1_message_stands_in_a_complete_document() {
    assert_shown(
        "v0_1/outbound",
        "complete document",
        &outbound_v0_1::complete_documents(),
    );
}

#[test]
fn every_member_of_a_v1_message_stands_in_a_snapshot() {
    assert_shown("v1/outbound", "snapshot", &snapshots("v1/outbound"));
}

#[test]
fn every_member_of_a_v0_1_message_stands_in_a_snapshot() {
    assert_shown("v0_1/outbound", "snapshot", &snapshots("v0_1/outbound"));
}

/// A message keeps WhatsApp's own JSON as it is, so its models are looked for by the keys that they write.
#[test]
fn every_member_of_whatsapps_own_json_stands_in_a_snapshot() {
    let custom: String = snapshots("v1/outbound")
        .iter()
        .filter_map(|message| message.get("custom"))
        .map(Value::to_string)
        .collect();
    let missing: Vec<Member> = declared(OWN_JSON)
        .into_iter()
        .filter(|member| !member.key.is_empty())
        .filter(|member| !custom.contains(&format!("\"{}\":", member.key)))
        .collect();
    assert!(missing.is_empty(), "in no snapshot: {missing:#?}");
}

const OWN_JSON: &str = "v1/outbound/whatsapp/custom";

fn assert_shown(models: &str, what: &str, documents: &[Value]) {
    let shown: BTreeSet<(String, String)> = documents.iter().flat_map(shown).collect();
    let own_json = declared(OWN_JSON);
    let missing: Vec<Member> = declared(models)
        .difference(&own_json)
        .filter(|member| {
            // Whether it came as an object or as a string, `Debug` shows it as a text.
            let is_text = member.object == "DefaultParameter";
            !is_text
                && !shown.iter().any(|(object, field)| {
                    // A macro declares a field for several objects.
                    *field == member.field
                        && (*object == member.object || member.object.starts_with('$'))
                })
        })
        .cloned()
        .collect();
    assert!(missing.is_empty(), "in no {what}: {missing:#?}");
}

/// A line of a `wire_object!`: `field: Type = "key",`, or without a key where the type's members stand in the object
/// itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    object: String,
    field: String,
    key: String,
}

/// What the models of `folder` declare.
fn declared(folder: &str) -> BTreeSet<Member> {
    let mut members = BTreeSet::new();
    for file in files(&package("src").join(folder)) {
        // The body of an update is no message; `updates.rs` has its tests.
        if file.ends_with("update.rs") {
            continue;
        }
        let source = fs::read_to_string(&file).unwrap();
        for declaration in source.split("wire_object! {").skip(1) {
            let (_, named) = declaration.split_once("struct ").unwrap();
            let (object, body) = named.split_once(" {").unwrap();
            let mut depth = 0;
            for line in body.lines().map(str::trim) {
                depth += line.matches('{').count() as isize - line.matches('}').count() as isize;
                if depth < 0 {
                    break;
                }
                let Some((field, rest)) = line.split_once(": ") else {
                    continue;
                };
                if rest.ends_with(',')
                    && field
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                {
                    members.insert(Member {
                        object: object.to_owned(),
                        field: field.to_owned(),
                        key: rest.split('"').nth(1).unwrap_or_default().to_owned(),
                    });
                }
            }
        }
    }
    assert!(members.len() > 20, "{folder}: {members:?}");
    members
}

/// The objects and fields that have a value in `document`: `Debug` shows these, and not what they hold.
fn shown(document: &Value) -> BTreeSet<(String, String)> {
    let submission = Submission::from_value(document.clone()).unwrap();
    let mut fields = BTreeSet::new();
    let mut open: Vec<Option<String>> = Vec::new();
    for line in format!("{submission:#?}").lines().map(str::trim) {
        if let Some((field, _)) = line.split_once(": ")
            && let Some(Some(object)) = open.last()
        {
            fields.insert((object.clone(), field.to_owned()));
        }
        if line.starts_with(['}', ')', ']']) {
            open.pop();
        } else if let Some(begun) = line.strip_suffix(" {") {
            open.push(begun.rsplit(' ').next().map(str::to_owned));
        } else if line.ends_with(['{', '(', '[']) {
            open.push(None);
        }
    }
    fields
}

fn snapshots(folder: &str) -> Vec<Value> {
    files(&package("tests/snapshots").join(folder))
        .iter()
        .filter(|file| {
            !file
                .file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("update__")
        })
        .map(|file| {
            let snapshot = fs::read_to_string(file).unwrap();
            serde_json::from_str(snapshot.lines().last().unwrap()).unwrap()
        })
        .collect()
}

fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files of a folder and of those within it.
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
