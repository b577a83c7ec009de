//! The journal of a process, and the files as a power cut leaves them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fastrand::Rng;

/// Sizes in which a disk writes.
const SECTOR: usize = 512;

const EVENTS: u8 = 4;
const FOLDER: u8 = 5;

/// Operations of a process on the files of a store, in this order.
pub(crate) struct Journal {
    operations: Vec<Operation>,
}

struct Operation {
    kind: Kind,
    file: u8,
    offset: u64,
    data: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Write,
    Truncate,
    Sync,
    SyncFailed,
    WriteFailed,
}

/// A file while operations are replayed.
#[derive(Default)]
struct Image {
    exists: Fate,
    changes: Vec<(usize, Fate)>,
}

/// Fate of a change at a power cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Fate {
    #[default]
    Never,
    /// Not synced yet.
    Pending,
    /// Its sync failed: no later one makes it durable.
    Uncertain,
    Durable,
}

impl Journal {
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let mut operations = Vec::new();
        let mut rest = &bytes[..];
        // The last record may be cut off, as the process was.
        while let Some((head, after)) = rest.split_at_checked(16) {
            let length = u32::from_ne_bytes(head[4..8].try_into().unwrap()) as usize;
            let Some((data, after)) = after.split_at_checked(length) else {
                break;
            };
            operations.push(Operation {
                kind: match head[0] {
                    1 => Kind::Create,
                    2 => Kind::Write,
                    3 => Kind::Truncate,
                    4 => Kind::Sync,
                    5 => Kind::SyncFailed,
                    6 => Kind::WriteFailed,
                    other => panic!("operation {other}"),
                },
                file: head[1],
                offset: u64::from_ne_bytes(head[8..16].try_into().unwrap()),
                data: data.to_vec(),
            });
            rest = after;
        }
        Self { operations }
    }

    pub(crate) fn len(&self) -> usize {
        self.operations.len()
    }

    pub(crate) fn failures(&self) -> usize {
        let is_failure = |kind| matches!(kind, Kind::SyncFailed | Kind::WriteFailed);
        let operations = self.operations.iter();
        operations
            .filter(|operation| is_failure(operation.kind))
            .count()
    }

    /// Number of operations until the first event.
    pub(crate) fn first_event(&self) -> usize {
        let is_event =
            |operation: &Operation| operation.file == EVENTS && operation.kind == Kind::Write;
        1 + self.operations.iter().position(is_event).expect("an event")
    }

    /// The lines of the events that the process had reported before this operation.
    pub(crate) fn events(&self, until: usize) -> Vec<String> {
        let mut text = Vec::new();
        for operation in &self.operations[..until] {
            if operation.file == EVENTS && operation.kind == Kind::Write {
                text.extend(&operation.data);
            }
        }
        let text = String::from_utf8(text).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// Writes the files as a power cut before this operation leaves them: what was synced, and of the rest each sector with
    /// this probability.
    pub(crate) fn rebuild(&self, until: usize, survives: f64, rng: &mut Rng, folder: &Path) {
        let mut images: BTreeMap<u8, Image> = BTreeMap::new();
        for (index, operation) in self.operations[..until].iter().enumerate() {
            if operation.file == FOLDER {
                if operation.kind == Kind::Sync {
                    for image in images.values_mut() {
                        image.exists = Fate::Durable;
                    }
                }
                continue;
            }
            let image = images.entry(operation.file).or_default();
            match operation.kind {
                Kind::Create => image.exists = Fate::Pending,
                Kind::Write | Kind::Truncate => image.changes.push((index, Fate::Pending)),
                Kind::Sync => {
                    image.exists = Fate::Durable;
                    image.end_pending(Fate::Durable);
                }
                Kind::SyncFailed => image.end_pending(Fate::Uncertain),
                Kind::WriteFailed => {}
            }
        }
        for (file, image) in images {
            let name = match file {
                1 => "outbox.db",
                2 => "outbox.db-wal",
                3 => "outbox.db.incarnation",
                _ => continue,
            };
            if image.exists == Fate::Durable || rng.f64() < survives {
                let content = self.content(&image, survives, rng);
                fs::write(folder.join(name), content).unwrap();
            }
        }
    }

    fn content(&self, image: &Image, survives: f64, rng: &mut Rng) -> Vec<u8> {
        let mut content = Vec::new();
        for (index, fate) in &image.changes {
            let operation = &self.operations[*index];
            let mut stays = || *fate == Fate::Durable || rng.f64() < survives;
            let offset = usize::try_from(operation.offset).unwrap();
            if operation.kind == Kind::Truncate {
                if stays() {
                    content.resize(offset, 0);
                }
                continue;
            }
            let mut written = 0;
            while written < operation.data.len() {
                let start = offset + written;
                let length = (SECTOR - start % SECTOR).min(operation.data.len() - written);
                if stays() {
                    content.resize(content.len().max(start + length), 0);
                    let data = &operation.data[written..written + length];
                    content[start..start + length].copy_from_slice(data);
                }
                written += length;
            }
        }
        content
    }
}

impl Image {
    fn end_pending(&mut self, end: Fate) {
        for (_, fate) in self.changes.iter_mut().rev() {
            if *fate == Fate::Pending {
                *fate = end;
            }
        }
    }
}
