//! Documents under `tests/fixtures`, by folder.

use std::fs;
use std::path::Path;

use messages_types::Kind;
use serde_json::Value;

/// A document and its kind.
pub(crate) struct Fixture {
    /// Folder of its kind and its own name: `inbound/sms__text`.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) bytes: Vec<u8>,
}

impl Fixture {
    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }
}

const FOLDERS: &[(&str, Kind)] = &[
    ("v1/response", Kind::V1Response),
    ("v1/error", Kind::V1Error),
    ("v1/status", Kind::V1Status),
    ("v1/inbound", Kind::V1Inbound),
    ("v0_1/response", Kind::V0_1Response),
    ("v0_1/status", Kind::V0_1Status),
    ("v0_1/inbound", Kind::V0_1Inbound),
    ("v0_1/report", Kind::V0_1Report),
];

/// Returns all documents sent by the API.
pub(crate) fn received() -> Vec<Fixture> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut found = Vec::new();
    for (folder, kind) in FOLDERS {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            found.push(Fixture {
                name: format!("{folder}/{stem}"),
                kind: *kind,
                bytes: fs::read(&path).unwrap(),
            });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(found.len() > 100, "fixtures are missing");
    found
}

/// Returns the webhooks among them.
pub(crate) fn webhooks() -> Vec<Fixture> {
    let mut found = received();
    found.retain(|fixture| {
        !matches!(
            fixture.kind,
            Kind::V1Response | Kind::V0_1Response | Kind::V1Error
        )
    });
    found
}

/// Pins the encoding of a decoded fixture.
pub(crate) fn pin(fixture: &Fixture, written: Vec<u8>) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        let name = fixture.name.replace('/', "__");
        insta::assert_snapshot!(name, String::from_utf8(written).unwrap());
    });
}
