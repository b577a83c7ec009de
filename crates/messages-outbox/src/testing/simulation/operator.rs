//! Operators: pause, cancel, resolve, purge.

use std::time::Duration;

use super::world::World;
use crate::id::RowId;
use crate::ledger::{self, Tables};
use crate::row::{Resolution, State};
use crate::store::{Command, CommandRequest, PurgeRequest, Scope, Selection};
use crate::testing::Verdict;
use crate::testing::planted::Bug;
use crate::testing::scene::failed;

impl World {
    /// A random command.
    pub(super) fn operate(&mut self) -> Verdict {
        if !self.faults.operators {
            return Ok(());
        }
        let scopes = [Scope::All, Scope::Campaign("spring".to_owned())];
        let scope = self.rng.choice(scopes).unwrap_or(Scope::All);
        let id = self.rng.choice(self.rows.iter().copied());
        match (self.rng.u32(0..10), id) {
            (0, _) => self.hold(scope, true),
            (1..3, _) => self.hold(scope, false),
            (3, Some(id)) => self.command(id, Command::Pause).map(|_| ()),
            (4, Some(id)) => self.command(id, Command::Resume).map(|_| ()),
            (5, Some(id)) => self.command(id, Command::Cancel).map(|_| ()),
            (6, Some(id)) => self.resolve(id),
            _ => self.purge(),
        }
    }

    /// Returns `true` if the row may not be claimed or begun.
    pub(super) fn is_held(&self, id: RowId, campaign: Option<&str>) -> bool {
        let is_in = |scope: &Scope| match scope {
            Scope::All => true,
            Scope::Campaign(name) => campaign == Some(name),
            _ => false,
        };
        self.held.contains(&id) || self.holds.iter().any(is_in)
    }

    /// Ends all pauses.
    pub(super) fn resume_all(&mut self) -> Verdict {
        for scope in self.holds.clone() {
            self.hold(scope, false)?;
        }
        for id in self.rows.clone() {
            self.command(id, Command::Resume)?;
        }
        Ok(())
    }

    fn hold(&mut self, scope: Scope, held: bool) -> Verdict {
        let command = match held {
            true => Command::Pause,
            false => Command::Resume,
        };
        let request = request(Selection::Scope(scope.clone()), command);
        self.commit(|tables, now| ledger::command(tables, &request, now))?;
        if held {
            self.holds.insert(scope);
        } else {
            self.holds.remove(&scope);
        }
        Ok(())
    }

    fn command(&mut self, id: RowId, command: Command) -> Result<bool, String> {
        let request = request(Selection::Rows(vec![id]), command);
        let affected = self.commit(|tables, now| ledger::command(tables, &request, now))?;
        let is_done = affected.count > 0;
        match command {
            Command::Pause if is_done => {
                self.held.insert(id);
            }
            Command::Resume => {
                self.held.remove(&id);
            }
            _ => {}
        }
        Ok(is_done)
    }

    fn resolve(&mut self, id: RowId) -> Verdict {
        let resolutions = [Resolution::Sent, Resolution::Abandon, Resolution::Resend];
        let resolution = self.rng.choice(resolutions).unwrap_or(Resolution::Sent);
        if self.command(id, Command::Resolve(resolution))? {
            match resolution {
                Resolution::Resend => self.resent.insert(id),
                _ => self.declared.insert(id),
            };
        }
        Ok(())
    }

    fn purge(&mut self) -> Verdict {
        let request = PurgeRequest {
            older_than: Duration::from_secs(60),
            limit: 100,
        };
        self.commit(|tables, now| ledger::purge(tables, &request, now))?;
        if self.bug == Some(Bug::PurgeOpenRow) {
            for id in self.rows.clone() {
                let row = self.tables.load(id).map_err(failed)?;
                if row.is_some_and(|row| row.state == State::InDoubt || row.state == State::Queued)
                {
                    self.tables.erase_payload(id).map_err(failed)?;
                }
            }
        }
        Ok(())
    }
}

fn request(selection: Selection, command: Command) -> CommandRequest {
    CommandRequest {
        selection,
        command,
        by: "operator".to_owned(),
        limit: 100,
    }
}
