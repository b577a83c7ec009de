//! The state of the emulator and everything that happens in it, without input or output: what is done and what time it
//! is go in, what is to be posted and reported comes out. The same seed and the same inputs give the same outputs.

pub(crate) mod account;
pub(crate) mod channel;
pub(crate) mod code;
pub(crate) mod conversation;
pub(crate) mod direction;
pub(crate) mod failover;
pub(crate) mod generation;
pub(crate) mod message;
mod prune;
pub(crate) mod rate_limit;
pub(crate) mod schedule;
pub(crate) mod seeded_rng;
pub(crate) mod status;
pub(crate) mod table;
pub(crate) mod text_bytes;
pub(crate) mod webhook;
pub(crate) mod workspace;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use messages_auth::ApiKey;
use tokio::sync::oneshot;
use uuid::Uuid;

pub(crate) use account::{Account, Targets};
pub(crate) use conversation::Conversation;
pub(crate) use failover::{Condition, Flow, FlowKind, Member};
pub(crate) use message::draft::{Content, Draft};
pub use message::inbound::{InboundMessage, InboundMistake};
pub(crate) use message::submit::{Arrival, Submission, Taken};
pub use message::transition::TriggerError;
pub(crate) use message::update::{Change, UpdateError};
pub(crate) use message::{FlowId, Message, MessageId, Scheme};
use schedule::Agenda;
pub use webhook::delivery::PostState;
pub(crate) use webhook::delivery::{Outcome, Post, PostId, Signature};
use webhook::dispatch::Dispatch;
pub(crate) use webhook::dispatch::FlightId;
pub(crate) use workspace::{Keep, Workspace};

use crate::clock::Moment;
use crate::event::Event;
use crate::event::metrics::Gauges;
use crate::rules::{Rule, Rules};
use crate::state::rate_limit::{Bucket, RateLimit};
use crate::store::rows::RowChange;

/// The index of a workspace.
pub(crate) type WorkspaceId = usize;

/// Work that the world leaves to its caller.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) posts: Vec<Outgoing>,
    pub(crate) events: Vec<Event>,
}

/// A webhook that is to be posted now.
#[derive(Debug)]
pub(crate) struct Outgoing {
    flight: FlightId,
    workspace: WorkspaceId,
    post: PostId,
    pub(crate) url: Arc<str>,
    pub(crate) body: Bytes,
    pub(crate) jti: Uuid,
    pub(crate) signature: Signature,
    pub(crate) account: Arc<Account>,
    /// Ends when the webhook is removed: the attempt is to be broken off.
    pub(crate) withdrawn: oneshot::Receiver<Infallible>,
}

/// Something that is to happen at its time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Due {
    /// The next state of a message.
    Life(WorkspaceId, MessageId),
    /// The application is shown as writing no longer.
    TypingOver(WorkspaceId, MessageId),
    /// The time of a workflow's step is over.
    StepOver(WorkspaceId, FlowId, usize),
    /// A webhook goes out: late, or again.
    Post(WorkspaceId, PostId),
    /// A webhook that was held back is held no longer.
    Release(WorkspaceId, PostId),
}

impl Due {
    const fn workspace(self) -> WorkspaceId {
        match self {
            Self::Life(workspace, _)
            | Self::TypingOver(workspace, _)
            | Self::StepOver(workspace, _, _)
            | Self::Post(workspace, _)
            | Self::Release(workspace, _) => workspace,
        }
    }
}

/// Settings of the whole emulator.
#[derive(Debug, Clone)]
pub(crate) struct Laws {
    pub(crate) seed: u64,
    pub(crate) auto_read: bool,
    pub(crate) magic_numbers: bool,
    /// Retention of each workspace.
    pub(crate) keep: Keep,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) rules: Vec<Rule>,
}

/// The state of the emulator.
pub(crate) struct World {
    laws: Laws,
    pub(crate) workspaces: Vec<Workspace>,
    by_key: HashMap<ApiKey, WorkspaceId>,
    pub(crate) agenda: Agenda<Due>,
    /// Webhooks that are being posted, or are ready to be.
    dispatch: Dispatch,
    /// Most planned events before void ones are discarded.
    prune_at: prune::Thresholds,
    /// Changes are recorded, to be stored.
    tracked: bool,
}

impl World {
    pub(crate) fn new(laws: Laws) -> Self {
        Self {
            laws,
            workspaces: Vec::new(),
            by_key: HashMap::new(),
            agenda: Agenda::new(),
            dispatch: Dispatch::default(),
            prune_at: prune::Thresholds::default(),
            tracked: false,
        }
    }

    /// Adds a workspace, or gives the one that exists another account.
    pub(crate) fn open(&mut self, account: Account, now: Moment) -> WorkspaceId {
        let key = account.api_key().clone();
        if let Some((id, workspace)) = self
            .by_key
            .get(&key)
            .and_then(|id| Some((*id, self.workspaces.get_mut(*id)?)))
        {
            workspace.account = Arc::new(account);
            return id;
        }
        let id = self.workspaces.len();
        let mut workspace = Workspace::new(
            account,
            Rules::new(&self.laws.rules),
            self.laws.rate_limit.map(|limit| Bucket::new(limit, now)),
        );
        if self.tracked {
            workspace.track();
        }
        self.workspaces.push(workspace);
        self.by_key.insert(key, id);
        id
    }

    pub(crate) fn workspace(&self, id: WorkspaceId) -> Option<&Workspace> {
        self.workspaces.get(id)
    }

    pub(crate) fn workspace_mut(&mut self, id: WorkspaceId) -> Option<&mut Workspace> {
        self.workspaces.get_mut(id)
    }

    pub(crate) fn workspaces(&self) -> impl Iterator<Item = &Workspace> {
        self.workspaces.iter()
    }

    pub(crate) fn find_workspace(&self, api_key: &str) -> Option<WorkspaceId> {
        self.by_key.get(api_key).copied()
    }

    pub(crate) fn laws(&self) -> &Laws {
        &self.laws
    }

    /// Remembers from now on what changes in any workspace.
    pub(crate) fn track(&mut self) {
        self.tracked = true;
        for workspace in &mut self.workspaces {
            workspace.track();
        }
    }

    /// The changes since the last call; empty while changes are not recorded.
    pub(crate) fn take_changes(&mut self) -> Vec<(WorkspaceId, Vec<RowChange>)> {
        if !self.tracked {
            return Vec::new();
        }
        let workspaces = self.workspaces.iter_mut().enumerate();
        let changed = workspaces.filter_map(|(id, workspace)| {
            let mut changes = Vec::new();
            workspace.take_changes(&mut changes);
            (!changes.is_empty()).then_some((id, changes))
        });
        changed.collect()
    }

    /// Notes how far time was moved: nothing else may tell of it.
    pub(crate) fn moved_to(&mut self, now: Moment) {
        if let Some(first) = self.workspaces.first_mut() {
            first.moved_to = Some(now);
        }
    }

    /// Gauges of the current state.
    pub(crate) fn gauges(&self) -> Gauges {
        let sum = |count: fn(&Workspace) -> usize| self.workspaces.iter().map(count).sum();
        Gauges {
            workspaces: self.workspaces.len(),
            messages: sum(|workspace| workspace.messages.len()),
            conversations: sum(|workspace| workspace.conversations.len()),
            posting: self.dispatch.in_flight(),
            waiting: self.dispatch.waiting(),
            planned: self.agenda.len(),
        }
    }

    /// Time of the next planned event.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.agenda.next_due()
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
        while let Some((at, due)) = self.agenda.take_due(now) {
            match due {
                Due::Life(workspace, message) => self.live(at, workspace, message, effects),
                Due::TypingOver(workspace, message) => {
                    self.typing_over(at, workspace, message, effects);
                }
                Due::StepOver(workspace, flow, step) => {
                    self.step_over(at, workspace, flow, step, effects);
                }
                Due::Post(workspace, post) => self.post_is_due(workspace, post),
                Due::Release(workspace, post) => self.release(workspace, post),
            }
        }
    }

    /// Forgets the messages of a workspace, its rules being those of the beginning again.
    pub(crate) fn reset(&mut self, id: WorkspaceId) {
        let rules = self
            .laws
            .rules
            .iter()
            .map(|rule| (rule.clone(), 0))
            .collect();
        if let Some(workspace) = self.workspaces.get_mut(id) {
            workspace.clear();
            workspace.rules.replace(rules);
        }
        self.discard_plans(id);
    }
}
