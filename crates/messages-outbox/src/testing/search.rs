//! Exhaustive search of the transitions: every order of what two workers, the reaper, the API's webhooks and an operator
//! can do with two rows.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::Status;

use super::planted::Bug;
use super::scene::{CALL, LEASE, accepted, beginning, in_doubt, intent};
use crate::id::{Reference, RowId};
use crate::row::{
    Change, Event, Outcome, Reason, Refused, Resolution, Row, State, StatusFact, transition,
};

/// Claims and resends of a row after which a branch ends.
const CLAIMS_MAX: u64 = 2;
const RESENDS_MAX: u8 = 1;

/// Size of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Searched {
    /// Distinct situations.
    pub situations: usize,
    /// Steps between them.
    pub steps: usize,
}

/// Searches all situations that `rows` rows and two workers can come to, breadth first, with a planted bug or without.
///
/// # Errors
///
/// The invariant, and the shortest way to a situation that violates it.
pub fn search(rows: usize, bug: Option<Bug>) -> Result<Searched, String> {
    let first = Situation::new(rows)?;
    let mut known = HashSet::from([first.key()]);
    let mut queue = VecDeque::from([(first, 0)]);
    // Each situation's predecessor and the step from it, to tell the way to a violation.
    let mut ways: Vec<Option<(usize, Step)>> = vec![None];
    let mut steps = 0;
    while let Some((situation, from)) = queue.pop_front() {
        for step in situation.steps(bug) {
            let Some(next) = situation.after(step, bug) else {
                continue;
            };
            steps += 1;
            if known.insert(next.key()) {
                ways.push(Some((from, step)));
                let number = ways.len() - 1;
                next.check()
                    .map_err(|invariant| format!("{invariant} after {:?}", way(&ways, number)))?;
                queue.push_back((next, number));
            }
        }
    }
    Ok(Searched {
        situations: known.len(),
        steps,
    })
}

/// The steps from the first situation to this one.
fn way(ways: &[Option<(usize, Step)>], mut number: usize) -> Vec<Step> {
    let mut way = Vec::new();
    while let Some((from, step)) = ways[number] {
        way.insert(0, step);
        number = from;
    }
    way
}

/// Rows, what each worker holds, and what the API accepted.
#[derive(Clone)]
struct Situation {
    rows: Vec<Row>,
    workers: [Option<Held>; 2],
    /// Copies accepted of each row, by the number of resends in their reference.
    copies: Vec<[u8; 2]>,
}

/// A row in the hands of a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Held {
    row: usize,
    epoch: u64,
    resend: u8,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Stage {
    Claimed,
    Begun,
    /// The lease of the POST is over before it began: it must not begin any more.
    Late,
    Known(Answer),
}

/// Outcome of a POST as the worker knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Answer {
    Accepted,
    Lost,
    Rejected,
    NotSent,
}

/// One step of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Claim {
        worker: usize,
        row: usize,
    },
    Begin {
        worker: usize,
    },
    /// The POST: whether the API accepts it, and what the worker learns.
    Post {
        worker: usize,
        accepts: bool,
        answer: Answer,
    },
    Settle {
        worker: usize,
    },
    Kill {
        worker: usize,
    },
    LeaseOver {
        row: usize,
    },
    Webhook {
        row: usize,
        resend: u8,
    },
    Resolve {
        row: usize,
        resolution: Resolution,
    },
    Hold {
        row: usize,
        held: bool,
    },
}

impl Situation {
    fn new(count: usize) -> Result<Self, String> {
        let mut rows = Vec::new();
        for number in 0..count {
            let mut row = intent("key", "Hello")?.row(None, beginning());
            row.id = RowId::from_bytes((number as u128 + 1).to_be_bytes());
            rows.push(row);
        }
        Ok(Self {
            copies: vec![[0; 2]; rows.len()],
            rows,
            workers: [None; 2],
        })
    }

    /// Identity of a situation, the same for situations that differ only in the order of rows or workers. Times do
    /// not count: every step is possible at any time.
    fn key(&self) -> Vec<u8> {
        let mut rows: Vec<Vec<u8>> = (0..self.rows.len()).map(|row| self.row_key(row)).collect();
        rows.sort_unstable();
        // A worker's row is named by all that is known of it, so that the order of rows does not count.
        let mut workers: Vec<Vec<u8>> = self
            .workers
            .iter()
            .map(|held| self.held_key(*held))
            .collect();
        workers.sort_unstable();
        rows.extend(workers);
        let held = self.workers.map(|held| held.map(|held| held.row));
        rows.push(vec![u8::from(held[0] == held[1])]);
        rows.concat()
    }

    fn row_key(&self, number: usize) -> Vec<u8> {
        let row = &self.rows[number];
        let [first, second] = self.copies[number];
        let flags = u8::from(row.held)
            | u8::from(row.message_uuid.is_some()) << 1
            | u8::from(row.status.is_some()) << 2
            | u8::from(row.contradictions > 0) << 3;
        let epoch = row.epoch as u8;
        vec![row.state as u8, epoch, row.resend, flags, first, second]
    }

    fn held_key(&self, held: Option<Held>) -> Vec<u8> {
        let Some(held) = held else {
            return vec![u8::MAX; 9];
        };
        let stage = match held.stage {
            Stage::Claimed => 0,
            Stage::Begun => 1,
            Stage::Late => 2,
            Stage::Known(answer) => 3 + answer as u8,
        };
        let mut key = self.row_key(held.row);
        key.extend([held.epoch as u8, held.resend, stage]);
        key
    }

    fn steps(&self, bug: Option<Bug>) -> Vec<Step> {
        let mut steps = Vec::new();
        for (worker, held) in self.workers.iter().enumerate() {
            let Some(held) = held else {
                let rows = 0..self.rows.len();
                steps.extend(rows.map(|row| Step::Claim { worker, row }));
                continue;
            };
            steps.push(Step::Kill { worker });
            let posts = [
                (true, Answer::Accepted),
                (true, Answer::Lost),
                (false, Answer::Lost),
                (false, Answer::Rejected),
                (false, Answer::NotSent),
            ];
            let posts = posts.map(|(accepts, answer)| Step::Post {
                worker,
                accepts,
                answer,
            });
            match held.stage {
                Stage::Claimed if bug == Some(Bug::SendThenMark) => steps.extend(posts),
                Stage::Claimed => steps.push(Step::Begin { worker }),
                Stage::Begun => steps.extend(posts),
                Stage::Late | Stage::Known(_) => steps.push(Step::Settle { worker }),
            }
        }
        for (row, copies) in self.copies.iter().enumerate() {
            steps.push(Step::LeaseOver { row });
            steps.extend([true, false].map(|held| Step::Hold { row, held }));
            let resolutions = [Resolution::Sent, Resolution::Abandon, Resolution::Resend];
            steps.extend(resolutions.map(|resolution| Step::Resolve { row, resolution }));
            let accepted = (0..2_u8).filter(|resend| copies[usize::from(*resend)] > 0);
            steps.extend(accepted.map(|resend| Step::Webhook { row, resend }));
        }
        steps
    }

    /// The situation after a step; `None` if the step is refused or changes nothing.
    fn after(&self, step: Step, bug: Option<Bug>) -> Option<Self> {
        let mut next = self.clone();
        let now = beginning();
        match step {
            Step::Claim { worker, row } => {
                if self.rows[row].epoch >= CLAIMS_MAX {
                    return None;
                }
                next.take(row, &Event::Claim { lease: LEASE }, now)?;
                next.workers[worker] = Some(Held {
                    row,
                    epoch: next.rows[row].epoch,
                    resend: next.rows[row].resend,
                    stage: Stage::Claimed,
                });
            }
            Step::Begin { worker } => {
                let held = self.workers[worker]?;
                let event = Event::Begin {
                    epoch: held.epoch,
                    lease: CALL,
                };
                // A holder that may not begin lets the row go.
                next.workers[worker] = next.take(held.row, &event, now).map(|_| Held {
                    resend: next.rows[held.row].resend,
                    stage: Stage::Begun,
                    ..held
                });
            }
            Step::Post {
                worker,
                accepts,
                answer,
            } => {
                let held = next.workers[worker].as_mut()?;
                held.stage = Stage::Known(answer);
                let copies = &mut next.copies[held.row][usize::from(held.resend)];
                *copies = copies.saturating_add(u8::from(accepts));
            }
            Step::Settle { worker } => {
                let held = next.workers[worker].take()?;
                next.settle(held, bug, now);
            }
            Step::Kill { worker } => next.workers[worker] = None,
            Step::LeaseOver { row } => next.end_lease(row, bug, now)?,
            Step::Webhook { row, resend } => {
                let fact = StatusFact {
                    reference: Reference::new(self.rows[row].id, resend),
                    message_uuid: format!("uuid-{resend}"),
                    workflow_id: None,
                    status: Status::Delivered,
                    code: None,
                    usage: None,
                };
                next.take(row, &Event::Status(fact), now)?;
            }
            Step::Resolve { row, resolution } => {
                if resolution == Resolution::Resend && self.rows[row].resend >= RESENDS_MAX {
                    return None;
                }
                next.take(row, &Event::Resolve(resolution), now)?;
            }
            Step::Hold { row, held } => {
                next.take(row, &Event::Hold(held), now)?;
            }
        }
        Some(next)
    }

    fn settle(&mut self, held: Held, bug: Option<Bug>, now: Timestamp) {
        if bug == Some(Bug::SendThenMark) {
            let event = Event::Begin {
                epoch: held.epoch,
                lease: CALL,
            };
            let _ = self.take(held.row, &event, now);
        }
        let not_sent = || Outcome::NotSent {
            reason: Reason::new("not_sent"),
            delay: Duration::ZERO,
        };
        let epoch = match bug {
            Some(Bug::SettleWithoutEpoch) => self.rows[held.row].epoch,
            _ => held.epoch,
        };
        let outcome = match held.stage {
            Stage::Known(Answer::Accepted) => accepted(&format!("uuid-{}", held.resend)),
            Stage::Known(Answer::Lost) => in_doubt(),
            Stage::Known(Answer::Rejected) => Outcome::Rejected(Reason::new("rejected")),
            _ => not_sent(),
        };
        // A refused outcome changes nothing; the holder is done with the row either way.
        let _ = self.take(held.row, &Event::Settle { epoch, outcome }, now);
    }

    fn end_lease(&mut self, row: usize, bug: Option<Bug>, now: Timestamp) -> Option<()> {
        let over = self.rows[row].lease_until?;
        let change = self.take(row, &Event::LeaseOver, over)?;
        if bug == Some(Bug::RequeueSending) && change.from == State::Sending {
            self.rows[row].state = State::Queued;
        }
        self.rows[row].due_at = now;
        // A worker measures the time since its begin, and does not post after the end of the lease.
        for held in self.workers.iter_mut().flatten() {
            if held.row == row && held.stage == Stage::Begun && change.from == State::Sending {
                held.stage = Stage::Late;
            }
        }
        Some(())
    }

    fn take(&mut self, row: usize, event: &Event, now: Timestamp) -> Option<Change> {
        let change: Result<Change, Refused> = transition(&self.rows[row], event, now);
        let change = change.ok()?;
        self.rows[row] = change.row.clone();
        Some(change)
    }

    fn check(&self) -> Result<(), String> {
        for (number, (row, copies)) in self.rows.iter().zip(&self.copies).enumerate() {
            if copies.iter().any(|copies| *copies > 1) {
                return Err(format!(
                    "row {number} was accepted twice under one reference"
                ));
            }
            let resends = u8::from(row.resend > 0);
            if copies.iter().sum::<u8>() > 1 + resends {
                return Err(format!("row {number} was accepted twice"));
            }
            let in_flight = self.workers.iter().flatten().any(|held| {
                held.row == number
                    && held.resend == row.resend
                    && matches!(held.stage, Stage::Known(_))
            });
            let is_accounted = matches!(
                row.state,
                State::Sending | State::InDoubt | State::Sent | State::Abandoned
            );
            // A copy before the last resend is the operator's risk.
            if copies[usize::from(row.resend)] > 0 && !is_accounted && !in_flight {
                return Err(format!("row {number} was accepted and is {}", row.state));
            }
            if row.contradictions > 0 && resends == 0 {
                return Err(format!("row {number} has a contradiction"));
            }
        }
        Ok(())
    }
}
