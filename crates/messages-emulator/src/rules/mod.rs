//! Rules: which messages and requests meet which fate.

mod action;
mod check;
pub mod magic;
mod pattern;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) use action::Stage;
pub use action::{Action, RevokeEffect, Turn, WebhookFault, WebhookOutage};
pub(crate) use check::LATENCY_MAX_MS;
pub use check::RuleError;
pub use pattern::Pattern;

use crate::clock::Moment;
use crate::state::channel::Channel;

/// Conditions of a rule: all that are given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// The recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Pattern>,
    /// The sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Pattern>,
    /// The channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The text, or the caption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Pattern>,
    /// The path of the request, such as `/v1/*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Pattern>,
    /// Matches only the nth time (from 1) all other conditions match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Most matches; later ones do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<u64>,
    /// Matches only each nth time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
}

/// A rule: when it holds, and what happens then. The first rule that holds decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its conditions; without any, the rule always matches.
    #[serde(default)]
    pub when: When,
    /// Its action.
    pub then: Action,
}

impl Rule {
    /// A rule that always holds, until conditions are added.
    #[must_use]
    pub fn always(then: Action) -> Self {
        Self {
            when: When::default(),
            then,
        }
    }

    /// A rule about a recipient, or several by a pattern.
    #[must_use]
    pub fn to(recipient: impl Into<Pattern>, then: Action) -> Self {
        Self::always(then).and(|when| when.to = Some(recipient.into()))
    }

    /// A rule about the nth call, from 1.
    #[must_use]
    pub fn nth(nth: u64, then: Action) -> Self {
        Self::always(then).and(|when| when.nth = Some(nth))
    }

    /// The rule with more conditions.
    #[must_use]
    pub fn and(mut self, change: impl FnOnce(&mut When)) -> Self {
        change(&mut self.when);
        self
    }
}

/// The facts that rules match on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) path: Option<&'a str>,
    pub(crate) channel: Option<Channel>,
    pub(crate) to: Option<&'a str>,
    pub(crate) from: Option<&'a str>,
    pub(crate) text: Option<&'a str>,
}

impl When {
    /// Returns `true` if all conditions but the counts hold. A condition on an unknown fact does not hold.
    fn holds(&self, facts: &Facts<'_>) -> bool {
        let fits = |pattern: &Option<Pattern>, text: Option<&str>| match pattern {
            None => true,
            Some(pattern) => text.is_some_and(|text| pattern.matches(text)),
        };
        fits(&self.to, facts.to)
            && fits(&self.from, facts.from)
            && fits(&self.text, facts.text)
            && fits(&self.path, facts.path)
            && (self.channel.is_none() || self.channel == facts.channel)
    }

    fn counts(&self, times: u64) -> bool {
        self.nth.is_none_or(|nth| nth == times)
            && self.first.is_none_or(|first| times <= first)
            && self.every.is_none_or(|every| times.is_multiple_of(every))
    }
}

/// The rules of a workspace; the first whose conditions hold decides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    rules: Vec<CountedRule>,
    /// The number that was given last.
    last: u64,
    changed: bool,
}

/// The cause of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A rule.
    Rule,
    /// The ending of the recipient.
    MagicRecipient,
}

/// An action that took effect, and its cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The cause.
    pub by: Cause,
    /// The rule; of a magic recipient, one without conditions.
    pub rule: Arc<Rule>,
}

impl Applied {
    pub(crate) fn magic(action: Action) -> Self {
        Self {
            by: Cause::MagicRecipient,
            rule: Arc::new(Rule::always(action)),
        }
    }

    pub(crate) fn action(&self) -> &Action {
        &self.rule.then
    }
}

/// A rule of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CountedRule {
    /// Its number among the rules of this process.
    #[serde(skip)]
    pub(crate) id: u64,
    pub(crate) rule: Arc<Rule>,
    /// Number of times its conditions matched.
    pub(crate) met: u64,
    /// Time of its addition.
    pub(crate) since: Moment,
}

impl CountedRule {
    fn new(id: u64, rule: Rule, since: Moment) -> Self {
        Self {
            id,
            rule: Arc::new(rule),
            met: 0,
            since,
        }
    }
}

impl Rules {
    pub(crate) fn new(rules: &[Rule], now: Moment) -> Self {
        let mut new = Self::default();
        for rule in rules.iter().rev() {
            new.add(rule.clone(), now);
        }
        new.changed = false;
        new
    }

    /// Adds a rule before all others: the newest decides.
    pub(crate) fn add(&mut self, rule: Rule, now: Moment) {
        self.last += 1;
        self.rules.insert(0, CountedRule::new(self.last, rule, now));
        self.changed = true;
    }

    /// Replaces a rule in its place; its matches are counted anew. Returns `false` if the number is unknown.
    pub(crate) fn edit(&mut self, id: u64, rule: Rule, now: Moment) -> bool {
        let edited = self.rules.iter_mut().find(|one| one.id == id);
        let is_edited = edited
            .map(|one| *one = CountedRule::new(id, rule, now))
            .is_some();
        self.changed |= is_edited;
        is_edited
    }

    /// Returns `false` if there is no rule with this number.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|one| one.id != id);
        let is_removed = self.rules.len() < before;
        self.changed |= is_removed;
        is_removed
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
        self.changed = true;
    }

    /// Replaces all rules.
    pub(crate) fn replace(&mut self, rules: Vec<CountedRule>) {
        self.rules = rules;
        for one in self.rules.iter_mut().rev() {
            self.last += 1;
            one.id = self.last;
        }
        self.changed = true;
    }

    pub(crate) fn counted(&self) -> &[CountedRule] {
        &self.rules
    }

    /// Has the rules stored, as if one had changed.
    pub(crate) fn mark_changed(&mut self) {
        self.changed = true;
    }

    /// Returns `true` if anything has changed since the last call.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// The action of the first rule of that stage that holds. Every rule that was looked at has counted.
    pub(crate) fn decide(&mut self, stage: Stage, facts: &Facts<'_>) -> Option<Applied> {
        let rule = self.decide_if(facts, |one| one.rule.then.stage() == stage)?;
        Some(Applied {
            by: Cause::Rule,
            rule,
        })
    }

    /// The webhook outage that stops an attempt at `now`, if there is one. Outages that are over or have not begun do not
    /// count attempts.
    pub(crate) fn outage(&mut self, now: Moment, facts: &Facts<'_>) -> Option<WebhookOutage> {
        let covers = |one: &CountedRule| match &one.rule.then {
            Action::WebhookOutage(outage) => outage.covers(one.since, now),
            _ => false,
        };
        match self.decide_if(facts, covers)?.then {
            Action::WebhookOutage(outage) => Some(outage),
            _ => None,
        }
    }

    fn decide_if(
        &mut self,
        facts: &Facts<'_>,
        is_asked: impl Fn(&CountedRule) -> bool,
    ) -> Option<Arc<Rule>> {
        for one in &mut self.rules {
            if is_asked(one) && one.rule.when.holds(facts) {
                one.met += 1;
                self.changed = true;
                if one.rule.when.counts(one.met) {
                    return Some(Arc::clone(&one.rule));
                }
            }
        }
        None
    }
}
