//! The input of a resume is compared with the results before anything is sent.

use super::identity::{Digest, Identity};
use super::known::{Known, State};
use super::source::{Closed, Item, Opened};
use crate::failure::Failure;

/// Fails unless the input is the one that the results speak of, or that input with more behind it. Only messages that were
/// not accepted may have been corrected.
///
/// Returns the input's identity where it can be read twice.
pub(super) fn compare(input: &mut Opened, known: &Known) -> Result<Option<Identity>, Failure> {
    if known.input.is_some() {
        input.spool()?;
    }
    let identified = input.identify(known.input)?;
    let mut comparison = Comparison {
        known,
        is_the_same: identified.is_some_and(|identified| identified.begins_with_earlier),
        sent: None,
        count: 0,
        position: 0,
        failure: None,
    };
    input.pass(|items| comparison.see(items))?;
    comparison.end()?;
    Ok(identified.map(|identified| identified.identity))
}

struct Comparison<'a> {
    known: &'a Known,
    /// Whether the input begins with the latest run's, byte for byte.
    is_the_same: bool,
    /// What may have arrived: looked up for messages that were appended.
    sent: Option<Vec<Digest>>,
    count: u64,
    /// The bytes of the input up to the end of the latest message.
    position: u64,
    failure: Option<Failure>,
}

impl Comparison<'_> {
    fn see(&mut self, items: Vec<Item>) -> Result<(), Closed> {
        for item in items {
            // Where the first run's input is not known, nothing can be said of what follows the known part.
            let is_through = self.known.input.is_none() && item.index >= self.known.len();
            if self.failure.is_some() || is_through {
                return Err(Closed);
            }
            self.failure = self.judge(item);
        }
        Ok(())
    }

    fn judge(&mut self, item: Item) -> Option<Failure> {
        let index = item.index;
        let is_appended = self
            .known
            .input
            .is_some_and(|input| self.position >= input.bytes);
        self.count = index + 1;
        self.position = item.position;
        match self.known.get(index) {
            (State::Accepted | State::InDoubt, digest) => {
                (item.digest() != Some(digest)).then(|| changed(index))
            }
            // Nothing was accepted, so the message may have been corrected since.
            (State::NotAccepted, _) => None,
            (State::Unknown, _) if self.known.input.is_none() => None,
            (State::Unknown, _) if !self.is_the_same => Some(unproven(index)),
            (State::Unknown, _) if !is_appended => None,
            (State::Unknown, _) => {
                let sent = self.sent.get_or_insert_with(|| self.known.sent());
                let is_repeated = item
                    .digest()
                    .is_some_and(|digest| sent.binary_search(&digest).is_ok());
                is_repeated.then(|| repeated(index))
            }
        }
    }

    fn end(self) -> Result<(), Failure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if self.count < self.known.end_of_sent() {
            let message = format!(
                "the input ends before message {}, which the results speak of; nothing was sent",
                self.count
            );
            return Err(Failure::invalid(message).hint(UNCHANGED));
        }
        Ok(())
    }
}

const UNCHANGED: &str =
    "resume with the input of the first run: unchanged, or with more messages behind it";

/// The message at a place is not the one that was sent.
pub(super) fn changed(index: u64) -> Failure {
    Failure::invalid(format!(
        "message {index} is not the one that the results speak of"
    ))
    .hint(UNCHANGED)
}

fn unproven(index: u64) -> Failure {
    Failure::invalid(format!(
        "the input was changed, and the results do not speak of message {index}; nothing was sent"
    ))
    .hint(UNCHANGED)
}

fn repeated(index: u64) -> Failure {
    Failure::invalid(format!(
        "message {index} was appended and repeats one that may have arrived; nothing was sent"
    ))
    .hint("to send it once more, put it into an input of its own, with other results")
}
