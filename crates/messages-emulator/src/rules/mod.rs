//! Rules: which messages and requests meet which fate.

mod action;
pub mod magic;
mod pattern;

use serde::{Deserialize, Serialize};

pub(crate) use action::Stage;
pub use action::{Action, Turn, WebhookFault};
pub use pattern::Pattern;

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
    /// Only so many times, the first ones.
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
            && self
                .every
                .is_none_or(|every| every != 0 && times.is_multiple_of(every))
    }
}

/// The rules of a workspace, each with how often it was met.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    rules: Vec<(Rule, u64)>,
    changed: bool,
}

impl Rules {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        Self {
            rules: rules.iter().map(|rule| (rule.clone(), 0)).collect(),
            changed: false,
        }
    }

    /// Adds a rule before all others: the newest decides.
    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.insert(0, (rule, 0));
        self.changed = true;
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
        self.changed = true;
    }

    /// Other rules, each with how often it was met.
    pub(crate) fn replace(&mut self, rules: Vec<(Rule, u64)>) {
        self.rules = rules;
        self.changed = true;
    }

    /// The rules, each with how often it was met.
    pub(crate) fn counted(&self) -> &[(Rule, u64)] {
        &self.rules
    }

    /// Returns `true` if anything has changed since the last call.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// The action of the first rule of that stage that holds. Every rule that was looked at has counted.
    pub(crate) fn decide(&mut self, stage: Stage, facts: &Facts<'_>) -> Option<Action> {
        for (rule, met) in &mut self.rules {
            if rule.then.stage() == stage && rule.when.holds(facts) {
                *met += 1;
                self.changed = true;
                if rule.when.counts(*met) {
                    return Some(rule.then.clone());
                }
            }
        }
        None
    }
}
