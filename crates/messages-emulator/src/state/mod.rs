//! The state of the emulator and everything that happens in it, without input or output: commands and the time go
//! in, webhooks and events come out. The same seed and the same inputs give the same outputs.

pub(crate) mod account;
mod allowed_targets;
pub(crate) mod channel;
pub(crate) mod code;
pub(crate) mod conversation;
pub(crate) mod direction;
pub(crate) mod failover;
pub(crate) mod message;
mod prune;
pub(crate) mod rate_limit;
mod remove;
pub(crate) mod schedule;
pub(crate) mod seeded_rng;
pub(crate) mod status;
pub(crate) mod table;
pub(crate) mod text_bytes;
mod verified_tokens;
pub(crate) mod webhook;
pub(crate) mod workspace;
mod workspaces;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use messages_auth::ApiKey;
use tokio::sync::oneshot;
use uuid::Uuid;

pub(crate) use account::{Account, Targets};
pub(crate) use allowed_targets::AllowedTargets;
pub(crate) use conversation::Conversation;
pub(crate) use failover::{Failover, FailoverKind};
pub(crate) use message::content::{Content, Outbound};
pub use message::inbound::{InboundError, InboundMessage};
pub(crate) use message::submit::{Accepted, ApiRequest};
pub use message::transition::TriggerError;
pub(crate) use message::update::UpdateError;
pub(crate) use message::{FailoverId, Message, MessageId, Scheme};
use schedule::Schedule;
pub use webhook::delivery::DeliveryState;
pub(crate) use webhook::delivery::{DeliveryId, Outcome, Signature, WebhookDelivery};
use webhook::dispatch::Dispatch;
pub(crate) use webhook::dispatch::FlightId;
pub(crate) use workspace::{Retention, WorkspaceState};
pub(crate) use workspaces::Workspaces;

use crate::clock::Moment;
use crate::event::Event;
use crate::event::metrics::Gauges;
use crate::rules::{Rule, Rules};
use crate::state::rate_limit::{Bucket, RateLimit};

/// The index of a workspace.
pub(crate) type WorkspaceId = usize;

/// Work that the state leaves to its caller.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) webhooks: Vec<Outgoing>,
    pub(crate) events: Vec<Event>,
}

/// A webhook that is due now.
#[derive(Debug)]
pub(crate) struct Outgoing {
    flight: FlightId,
    workspace: WorkspaceId,
    delivery: DeliveryId,
    pub(crate) url: Arc<str>,
    pub(crate) body: Bytes,
    pub(crate) jti: Uuid,
    pub(crate) signature: Signature,
    pub(crate) account: Arc<Account>,
    /// A rule makes the receiver unreachable for this attempt.
    pub(crate) is_cut_off: bool,
    /// Ends when the webhook is removed: the attempt stops.
    pub(crate) withdrawn: oneshot::Receiver<Infallible>,
}

/// A planned event.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Timer {
    /// The next state of a message.
    Transition(WorkspaceId, MessageId),
    /// The application is shown as writing no longer.
    TypingEnd(WorkspaceId, MessageId),
    /// The time of a workflow's step is over.
    StepDeadline(WorkspaceId, FailoverId, usize),
    /// A webhook goes out: late, or again.
    Delivery(WorkspaceId, DeliveryId),
    /// A webhook that was held back is held no longer.
    Release(WorkspaceId, DeliveryId),
}

impl Timer {
    const fn workspace(self) -> WorkspaceId {
        match self {
            Self::Transition(workspace, _)
            | Self::TypingEnd(workspace, _)
            | Self::StepDeadline(workspace, _, _)
            | Self::Delivery(workspace, _)
            | Self::Release(workspace, _) => workspace,
        }
    }
}

/// Settings of the whole emulator.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    pub(crate) auto_read: bool,
    pub(crate) magic_numbers: bool,
    /// Retention of each workspace.
    pub(crate) keep: Retention,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) allowed_targets: AllowedTargets,
}

/// The state of the emulator.
pub(crate) struct State {
    settings: Settings,
    pub(crate) workspaces: Workspaces,
    by_key: HashMap<ApiKey, WorkspaceId>,
    pub(crate) schedule: Schedule<Timer>,
    /// Webhooks that are being posted, or are ready to be.
    dispatch: Dispatch,
    /// Most planned events before void ones are discarded.
    prune_at: prune::Thresholds,
    /// Changes are recorded, to be stored.
    pub(crate) tracked: bool,
}

impl State {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            workspaces: Workspaces::default(),
            by_key: HashMap::new(),
            schedule: Schedule::new(),
            dispatch: Dispatch::default(),
            prune_at: prune::Thresholds::default(),
            tracked: false,
        }
    }

    /// Adds a workspace, or gives the one that exists another account.
    pub(crate) fn open(&mut self, account: Account, now: Moment) -> WorkspaceId {
        self.open_as(self.workspaces.next(), account, now)
    }

    /// The same, with the number that it had in a data file.
    pub(crate) fn open_as(
        &mut self,
        number: WorkspaceId,
        account: Account,
        now: Moment,
    ) -> WorkspaceId {
        let key = account.api_key().clone();
        if let Some((id, workspace)) = self
            .by_key
            .get(&key)
            .and_then(|id| Some((*id, self.workspaces.get_mut(*id)?)))
        {
            workspace.account = Arc::new(account);
            return id;
        }
        let mut workspace = WorkspaceState::new(
            account,
            Rules::new(&self.settings.rules, now),
            self.settings
                .rate_limit
                .map(|limit| Bucket::new(limit, now)),
        );
        if self.tracked {
            workspace.track();
        }
        self.workspaces.insert(number, workspace);
        self.by_key.insert(key, number);
        number
    }

    /// Removes a workspace with everything in it; attempts of webhooks in flight are broken off. Returns `false` if it is
    /// not open.
    pub(crate) fn close(&mut self, id: WorkspaceId) -> bool {
        let Some(closed) = self.workspaces.remove(id) else {
            return false;
        };
        self.by_key.remove(closed.account.api_key());
        self.discard_plans(id);
        true
    }

    pub(crate) fn workspace(&self, id: WorkspaceId) -> Option<&WorkspaceState> {
        self.workspaces.get(id)
    }

    pub(crate) fn workspace_mut(&mut self, id: WorkspaceId) -> Option<&mut WorkspaceState> {
        self.workspaces.get_mut(id)
    }

    pub(crate) fn workspaces(&self) -> impl Iterator<Item = (WorkspaceId, &WorkspaceState)> {
        self.workspaces.iter()
    }

    pub(crate) fn find_workspace(&self, api_key: &str) -> Option<WorkspaceId> {
        self.by_key.get(api_key).copied()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Remembers from now on what changes in any workspace.
    pub(crate) fn track(&mut self) {
        self.tracked = true;
        for (_, workspace) in self.workspaces.iter_mut() {
            workspace.track();
        }
    }

    /// Notes how far time was moved: nothing else may tell of it.
    pub(crate) fn moved_to(&mut self, now: Moment) {
        if let Some((_, first)) = self.workspaces.iter_mut().next() {
            first.moved_to = Some(now);
        }
    }

    /// Gauges of the current state.
    pub(crate) fn gauges(&self) -> Gauges {
        let sum = |count: fn(&WorkspaceState) -> usize| {
            let workspaces = self.workspaces.iter();
            workspaces.map(|(_, workspace)| count(workspace)).sum()
        };
        Gauges {
            workspaces: self.workspaces.len(),
            messages: sum(|workspace| workspace.messages.len()),
            conversations: sum(|workspace| workspace.conversations.len()),
            in_flight: self.dispatch.in_flight(),
            waiting: self.dispatch.waiting(),
            planned: self.schedule.len(),
        }
    }

    /// Time of the next planned event.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.schedule.next_due()
    }

    /// Returns `true` if no webhook is being posted.
    pub(crate) fn is_settled(&self) -> bool {
        self.dispatch.in_flight() == 0
    }

    /// The number of the latest attempt of any webhook.
    pub(crate) const fn last_flight(&self) -> FlightId {
        self.dispatch.last()
    }

    /// Returns `true` if no attempt up to this one is in flight in a workspace.
    pub(crate) fn has_landed(&self, workspace: WorkspaceId, up_to: FlightId) -> bool {
        self.dispatch.has_landed(workspace, up_to)
    }

    /// Lets everything happen that is due at `now`. Each thing happens at its own moment, so that what follows from it
    /// is due in the right order however late this is called.
    pub(crate) fn run(&mut self, now: Moment, effects: &mut Effects) {
        while let Some((at, due)) = self.schedule.take_due(now) {
            match due {
                Timer::Transition(workspace, message) => {
                    self.advance(at, workspace, message, effects);
                }
                Timer::TypingEnd(workspace, message) => {
                    self.typing_end(at, workspace, message, effects);
                }
                Timer::StepDeadline(workspace, failover, step) => {
                    self.step_deadline(at, workspace, failover, step, effects);
                }
                Timer::Delivery(workspace, delivery) => {
                    self.delivery_due(at, workspace, delivery);
                }
                Timer::Release(workspace, delivery) => self.release(workspace, delivery),
            }
        }
    }

    /// Forgets the messages of a workspace, its rules being those of the beginning again.
    pub(crate) fn reset(&mut self, now: Moment, id: WorkspaceId) {
        if let Some(workspace) = self.workspaces.get_mut(id) {
            workspace.clear();
            workspace.rules = Rules::new(&self.settings.rules, now);
            workspace.rules.mark_changed();
        }
        self.discard_plans(id);
    }
}
