//! Rows by number, which remember what was changed: so that a change that is not kept cannot be written by mistake.

use std::collections::{BTreeMap, BTreeSet};

/// Rows by their number, in its order.
pub(crate) struct Table<T> {
    /// Boxed, since the nodes of the map are half empty where rows come in order.
    rows: BTreeMap<u64, Box<Weighed<T>>>,
    /// Estimated memory of all rows, in bytes.
    bytes: usize,
    /// `None` while changes are not recorded.
    changes: Option<Changes>,
}

struct Weighed<T> {
    bytes: usize,
    row: T,
}

/// The changes since the last call.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Everything went before what was touched came.
    pub(crate) cleared: bool,
    /// Rows that were changed, or are gone.
    pub(crate) touched: BTreeSet<u64>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            bytes: 0,
            changes: None,
        }
    }
}

impl<T> Table<T> {
    /// Remembers changes from now on.
    pub(crate) fn track(&mut self) {
        self.changes.get_or_insert_default();
    }

    /// Takes the changes since the last call.
    pub(crate) fn take_changes(&mut self) -> Changes {
        self.changes
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    pub(crate) fn get(&self, id: u64) -> Option<&T> {
        self.rows.get(&id).map(|weighed| &weighed.row)
    }

    /// The row, to be changed.
    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        let weighed = self.rows.get_mut(&id)?;
        touch(&mut self.changes, id);
        Some(&mut weighed.row)
    }

    pub(crate) fn insert(&mut self, id: u64, row: T) {
        touch(&mut self.changes, id);
        let before = self.rows.insert(id, Box::new(Weighed { bytes: 0, row }));
        self.bytes -= before.map_or(0, |before| before.bytes);
    }

    pub(crate) fn remove(&mut self, id: u64) -> Option<T> {
        touch(&mut self.changes, id);
        let gone = self.rows.remove(&id)?;
        self.bytes -= gone.bytes;
        Some(gone.row)
    }

    pub(crate) fn pop_first(&mut self) -> Option<(u64, T)> {
        let (id, gone) = self.rows.pop_first()?;
        self.bytes -= gone.bytes;
        touch(&mut self.changes, id);
        Some((id, gone.row))
    }

    pub(crate) fn first(&self) -> Option<&T> {
        self.rows.first_key_value().map(|(_, weighed)| &weighed.row)
    }

    /// Adds to the estimated memory of a row.
    pub(crate) fn weigh(&mut self, id: u64, bytes: usize) {
        if let Some(weighed) = self.rows.get_mut(&id) {
            weighed.bytes += bytes;
            self.bytes += bytes;
        }
    }

    /// Estimated memory of all rows, in bytes.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.bytes = 0;
        if let Some(changes) = &mut self.changes {
            *changes = Changes {
                cleared: true,
                touched: BTreeSet::new(),
            };
        }
    }

    pub(crate) fn contains(&self, id: u64) -> bool {
        self.rows.contains_key(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        self.rows.iter().map(|(id, weighed)| (*id, &weighed.row))
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values().map(|weighed| &weighed.row)
    }
}

fn touch(changes: &mut Option<Changes>, id: u64) {
    if let Some(changes) = changes {
        changes.touched.insert(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_change_a_row_is_remembered_and_no_way_to_look_at_it() {
        let mut table = Table::default();
        table.insert(0, 'z');
        table.track();
        for (id, row) in [(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')] {
            table.insert(id, row);
        }
        assert_eq!(Vec::from_iter(table.take_changes().touched), [1, 2, 3, 4]);
        table.get(1);
        assert!(table.first().is_some() && table.contains(2) && table.values().count() == 5);
        assert!(table.take_changes().touched.is_empty());
        table.get_mut(2);
        table.remove(3);
        table.pop_first();
        assert_eq!(Vec::from_iter(table.take_changes().touched), [0, 2, 3]);
        table.get_mut(2);
        table.clear();
        table.insert(9, 'e');
        let changes = table.take_changes();
        assert!(changes.cleared);
        assert_eq!(Vec::from_iter(changes.touched), [9]);
    }

    #[test]
    fn the_weight_of_a_row_goes_with_it() {
        let mut table = Table::default();
        for id in 1..=4 {
            table.insert(id, ());
            table.weigh(id, 10);
        }
        table.weigh(4, 5);
        assert_eq!(table.bytes(), 45);
        table.pop_first();
        table.remove(4);
        table.insert(2, ());
        table.weigh(9, 1);
        assert_eq!(table.bytes(), 10);
        table.clear();
        assert_eq!(table.bytes(), 0);
    }
}
