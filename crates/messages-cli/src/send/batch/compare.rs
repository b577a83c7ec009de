//! The input of a resume is compared with the results before anything is sent.

use super::known::{Known, State};
use crate::error::CommandError;
use crate::send::input::{Closed, Digest, Identity, Item, Opened};

/// Fails unless the input is the one that the results speak of, or that input with more behind it. Only messages that were
/// not accepted may have been corrected.
///
/// Returns the input's identity where it can be read twice.
pub(super) fn compare(input: &mut Opened, known: &Known) -> Result<Option<Identity>, CommandError> {
    if known.input.is_some() {
        input.spool()?;
    }
    let identified = input.identify(known.input)?;
    let mut comparison = Comparison {
        known,
        is_the_same: identified.is_some_and(|identified| identified.begins_with_earlier),
        sent: None,
        is_identified: identified.is_some(),
        count: 0,
        error: None,
    };
    input.pass(|items| comparison.see(items))?;
    comparison.end()?;
    Ok(identified.map(|identified| identified.identity))
}

struct Comparison<'a> {
    known: &'a Known,
    /// The input begins with the latest run's, byte for byte.
    is_the_same: bool,
    /// The input can be read twice.
    is_identified: bool,
    /// The messages that may have arrived, for those that were appended or put in the place of others.
    sent: Option<Vec<Digest>>,
    count: u64,
    error: Option<CommandError>,
}

impl Comparison<'_> {
    fn see(&mut self, items: Vec<Item>) -> Result<(), Closed> {
        for item in items {
            // The part of a stream behind the known messages is compared when it is sent.
            let is_through =
                !self.is_identified && self.known.input.is_none() && item.index >= self.known.len();
            if self.error.is_some() || is_through {
                return Err(Closed);
            }
            self.error = self.judge(item);
        }
        Ok(())
    }

    fn judge(&mut self, item: Item) -> Option<CommandError> {
        let index = item.index;
        let is_appended = self
            .known
            .input
            .is_some_and(|input| item.start >= input.bytes);
        self.count = index + 1;
        match self.known.get(index) {
            (State::Accepted | State::InDoubt, digest) => {
                (item.digest() != Some(digest)).then(|| changed(index))
            }
            // Nothing was accepted, so the message may have been corrected since.
            (State::NotAccepted, digest) => self.judge_new(item, Some(digest)),
            (State::Unknown, _) if self.known.input.is_none() => self.judge_new(item, None),
            (State::Unknown, _) if !self.is_the_same => Some(unproven(index)),
            (State::Unknown, _) if !is_appended => None,
            (State::Unknown, _) => self.judge_new(item, None),
        }
    }

    /// Refuses a repetition of a message that may have arrived, unless the first run has proven that it is meant: `earlier` is
    /// the digest of the message that it did not get through at this place.
    fn judge_new(&mut self, item: Item, earlier: Option<Digest>) -> Option<CommandError> {
        let index = item.index;
        let digest = item.digest()?;
        let sent = self.sent.get_or_insert_with(|| self.known.sent());
        let is_repeated = earlier != Some(digest) && sent.binary_search(&digest).is_ok();
        is_repeated.then(|| repeated(index, "nothing was sent"))
    }

    fn end(self) -> Result<(), CommandError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.count < self.known.end_of_sent() {
            let message = format!(
                "the input ends before message {}, which the results contain; nothing was sent",
                self.count
            );
            return Err(CommandError::invalid(message).hint(UNCHANGED));
        }
        Ok(())
    }
}

const UNCHANGED: &str =
    "resume with the input of the first run: unchanged, or with more messages behind it";

/// The message at a place is not the one that was sent.
pub(super) fn changed(index: u64) -> CommandError {
    CommandError::invalid(format!(
        "message {index} differs from the one in the results"
    ))
    .hint(UNCHANGED)
}

fn unproven(index: u64) -> CommandError {
    CommandError::invalid(format!(
        "the input was changed, and the results do not contain message {index}; nothing was sent"
    ))
    .hint(UNCHANGED)
}

/// A message that the results do not speak of is one that they speak of at another place.
pub(super) fn repeated(index: u64, sent: &str) -> CommandError {
    CommandError::invalid(format!(
        "message {index} is new and repeats one that may have arrived; {sent}"
    ))
    .hint("to send it again, put it into its own input, with other results")
}
