//! Recipients that have more than one row of a table.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io;

use super::Table;
use crate::io::output::{Line, Output};

/// Most rows whose recipients are compared, at eight bytes each: 32 MiB.
const ROWS_MAX: usize = 4 << 20;

/// Most recipients that are listed, and most lines of each.
const SHOWN_MAX: usize = 10;

impl Table {
    /// Warns of recipients that have more than one row.
    pub(crate) fn warn_of_duplicates(&self, out: Output) -> io::Result<()> {
        if !self.template.has_recipient() {
            return Ok(());
        }
        let hasher = RandomState::new();
        let mut hashes = Vec::new();
        self.each_recipient(|_, recipient| hashes.push(hasher.hash_one(recipient)))?;
        if hashes.len() >= ROWS_MAX {
            out.note(&Line::new().warn("warning").plain(format!(
                ": only the first {ROWS_MAX} rows were searched for recipients with more than one row"
            )));
        }
        hashes.sort_unstable();
        let mut repeated: Vec<u64> = hashes
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] if a == b => Some(*a),
                _ => None,
            })
            .collect();
        drop(hashes);
        repeated.dedup();
        if repeated.is_empty() {
            return Ok(());
        }
        let mut lines = BTreeMap::<u64, Lines>::new();
        self.each_recipient(|line, recipient| {
            let hash = hasher.hash_one(recipient);
            if repeated.binary_search(&hash).is_ok() {
                if let Some(lines) = lines.get_mut(&hash) {
                    lines.add(line);
                } else if lines.len() < SHOWN_MAX {
                    lines.insert(
                        hash,
                        Lines {
                            first: line,
                            ..Lines::default()
                        },
                    );
                }
            }
        })?;
        out.note(&Line::new().warn("warning").plain(format!(
            ": recipients with more than one row: {}; each row is a message (--allow-duplicates omits this warning)",
            repeated.len()
        )));
        let mut lines: Vec<Lines> = lines.into_values().collect();
        lines.sort_unstable_by_key(|lines| lines.first);
        lines.iter().for_each(|lines| out.note(&lines.line()));
        if repeated.len() > SHOWN_MAX {
            out.note(&Line::new().plain(format!("  and {} more", repeated.len() - SHOWN_MAX)));
        }
        Ok(())
    }

    fn each_recipient(&self, mut found: impl FnMut(u64, &str)) -> io::Result<()> {
        let mut records = self.records(self.file()?);
        let mut rows = 0;
        while rows < ROWS_MAX && records.next()? {
            let record = &records.record;
            let cells: Option<Vec<&str>> = record
                .cells()
                .map(|cell| std::str::from_utf8(cell).ok())
                .collect();
            let recipient = cells.map(|cells| self.template.recipient(&cells));
            if let Some(recipient) = recipient.filter(|recipient| !recipient.trim().is_empty()) {
                rows += 1;
                found(record.line, &recipient);
            }
        }
        Ok(())
    }
}

/// The lines of one recipient's rows.
#[derive(Default)]
struct Lines {
    first: u64,
    others: Vec<u64>,
    more: usize,
}

impl Lines {
    fn add(&mut self, line: u64) {
        if self.others.len() < SHOWN_MAX {
            self.others.push(line);
        } else {
            self.more += 1;
        }
    }

    fn line(&self) -> Line {
        let others: Vec<String> = self.others.iter().map(u64::to_string).collect();
        let mut text = format!("  lines {}, {}", self.first, others.join(", "));
        if self.more > 0 {
            text.push_str(&format!(" and {} more", self.more));
        }
        Line::new().plain(text)
    }
}
