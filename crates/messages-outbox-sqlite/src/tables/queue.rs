//! Queued rows that are due.
//!
//! Queued rows of one lane, campaign and priority lie side by side in an index, ordered by their due times. A claim looks
//! at the beginning of each such part and nowhere else, so that its cost does not grow with the number of rows, nor with
//! those of a paused campaign.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use messages_outbox::StoreError;
use messages_outbox::row::{Lane, Priority, Row};
use rusqlite::params;

use super::row::{priority_number, priority_of, time};
use super::{SqliteTables, query};

/// Queued rows of one lane, campaign and priority.
#[derive(Debug, Clone)]
pub(super) struct Position {
    num: i64,
    lane: Lane,
    campaign: Option<String>,
    priority: Priority,
    /// The earliest due time.
    due: Timestamp,
}

impl SqliteTables<'_> {
    pub(super) fn lanes_due(&mut self, now: Timestamp) -> Result<Vec<Lane>, StoreError> {
        let positions = self.positions()?;
        let mut due: Vec<_> = positions
            .iter()
            .filter(|position| position.due <= now)
            .map(|position| (position.due, &position.lane))
            .collect();
        due.sort_unstable();
        let mut seen = HashSet::new();
        let lanes = due.into_iter().map(|(_, lane)| lane);
        let first = lanes.filter(|lane| seen.insert(*lane));
        Ok(first.cloned().collect())
    }

    pub(super) fn rows_due(
        &mut self,
        lane: &Lane,
        priority: Priority,
        now: Timestamp,
        except_campaigns: &[String],
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let is_held = |campaign: &Option<String>| {
            let campaign = campaign.as_ref();
            campaign.is_some_and(|name| except_campaigns.contains(name))
        };
        let parts: Vec<i64> = self
            .positions()?
            .iter()
            .filter(|position| position.lane == *lane && position.priority == priority)
            .filter(|position| position.due <= now && !is_held(&position.campaign))
            .map(|position| position.num)
            .collect();
        let sql = query(
            "FROM messages_outbox_rows r INDEXED BY messages_outbox_due \
             CROSS JOIN messages_outbox_intents i ON i.num = r.intent \
             WHERE r.state = 'queued' AND r.held = 0 AND r.lane = ?1 AND r.priority = ?2 \
             AND r.due_at <= ?3 ORDER BY r.due_at, r.id LIMIT ?4",
        );
        let mut rows = Vec::new();
        for num in &parts {
            let priority = priority_number(priority);
            let values = params![num, priority, now.as_microsecond(), limit];
            rows.extend(self.rows(&sql, values)?);
        }
        if parts.len() > 1 {
            rows.sort_unstable_by_key(|row| (row.due_at, row.id));
            rows.truncate(limit as usize);
        }
        Ok(rows)
    }

    pub(super) fn due_after(&mut self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let mut next: Option<Timestamp> = None;
        for position in self.positions()?.iter() {
            let due = if position.due > now {
                Some(position.due)
            } else {
                let sql = "SELECT min(due_at) FROM messages_outbox_rows \
                           INDEXED BY messages_outbox_due \
                           WHERE state = 'queued' AND held = 0 AND lane = ?1 AND priority = ?2 \
                           AND due_at > ?3";
                let priority = priority_number(position.priority);
                let values = params![position.num, priority, now.as_microsecond()];
                let due: Option<Option<i64>> = self.first(sql, values, |row| row.get(0))?;
                due.flatten().map(time).transpose()?
            };
            next = [next, due].into_iter().flatten().min();
        }
        Ok(next)
    }

    pub(super) fn oldest_due(&mut self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let positions = self.positions()?;
        let due = positions.iter().map(|position| position.due);
        Ok(due.filter(|due| *due <= now).min())
    }

    /// Positions of queued rows, by one step in the index for each.
    fn positions(&mut self) -> Result<Arc<[Position]>, StoreError> {
        if let Some(positions) = &self.positions {
            return Ok(Arc::clone(positions));
        }
        let step = "SELECT lane, priority, due_at FROM messages_outbox_rows \
                    INDEXED BY messages_outbox_due \
                    WHERE state = 'queued' AND held = 0 AND (lane, priority) > (?1, ?2) \
                    ORDER BY lane, priority, due_at LIMIT 1";
        let name = "SELECT account, sender, channel, campaign FROM messages_outbox_lanes \
                    WHERE num = ?1";
        let mut positions = Vec::new();
        let mut last = (i64::MIN, i64::MIN);
        while let Some((num, priority, due)) = self.first(step, [last.0, last.1], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })? {
            last = (num, priority);
            let named = self.first(name, [num], |row| {
                let lane = Lane {
                    account: row.get(0)?,
                    sender: row.get(1)?,
                    channel: row.get(2)?,
                };
                Ok((lane, row.get(3)?))
            })?;
            let (lane, campaign) = named.ok_or_else(crate::error::corrupt)?;
            positions.push(Position {
                num,
                lane,
                campaign,
                priority: priority_of(priority)?,
                due: time(due)?,
            });
        }
        let positions: Arc<[Position]> = positions.into();
        self.positions = Some(Arc::clone(&positions));
        Ok(positions)
    }
}
