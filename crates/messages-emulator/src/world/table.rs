//! Rows by number, which remember what was changed: so that a change that is not kept cannot be written by mistake.

use std::collections::{BTreeMap, BTreeSet, btree_map};

/// Rows by their number, in its order.
pub(crate) struct Table<T> {
    rows: BTreeMap<u64, T>,
    /// None while nobody asks for it.
    changes: Option<Changes>,
}

/// What has changed since it was asked for last.
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
            changes: None,
        }
    }
}

impl<T> Table<T> {
    /// Remembers changes from now on.
    pub(crate) fn track(&mut self) {
        self.changes.get_or_insert_default();
    }

    /// What has changed since the last time.
    pub(crate) fn take_changes(&mut self) -> Changes {
        self.changes
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    pub(crate) fn get(&self, id: u64) -> Option<&T> {
        self.rows.get(&id)
    }

    /// The row, to be changed.
    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        let row = self.rows.get_mut(&id)?;
        touch(&mut self.changes, id);
        Some(row)
    }

    pub(crate) fn insert(&mut self, id: u64, row: T) {
        touch(&mut self.changes, id);
        self.rows.insert(id, row);
    }

    pub(crate) fn remove(&mut self, id: u64) -> Option<T> {
        touch(&mut self.changes, id);
        self.rows.remove(&id)
    }

    pub(crate) fn pop_first(&mut self) -> Option<(u64, T)> {
        let (id, row) = self.rows.pop_first()?;
        touch(&mut self.changes, id);
        Some((id, row))
    }

    pub(crate) fn first(&self) -> Option<&T> {
        self.rows.first_key_value().map(|(_, row)| row)
    }

    pub(crate) fn clear(&mut self) {
        self.rows.clear();
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

    pub(crate) fn iter(&self) -> btree_map::Iter<'_, u64, T> {
        self.rows.iter()
    }

    pub(crate) fn values(&self) -> btree_map::Values<'_, u64, T> {
        self.rows.values()
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
}
