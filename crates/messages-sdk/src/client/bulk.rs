//! Many messages at once: a stream in, a stream of results out.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use messages_types::OutboundMessage;
use tokio::task::{Id, JoinSet};

use super::{Client, SendOptions};
use crate::error::Error;
use crate::outcome::Accepted;

/// In which order the results of [`Client::send_all`] come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ResultOrder {
    /// As the calls end.
    #[default]
    Completion,
    /// As the messages came. Results that are ahead of a slow one wait for it, and no more messages than that are
    /// taken in meanwhile.
    Input,
}

/// Result of one message of a stream.
#[derive(Debug)]
#[non_exhaustive]
pub struct Sent {
    /// The message's place in the stream, from 0.
    pub index: u64,
    /// Result of its call.
    pub result: Result<Accepted, Error>,
}

impl Client {
    /// Sends a stream of messages, with at most `concurrency` calls in flight, and returns their results as a stream.
    ///
    /// Messages are taken in as there is room for them and results are asked for, so a slow reader slows the sending down.
    /// Dropping the stream stops the calls in flight; the outcome of their messages is then unknown.
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    /// use std::pin::pin;
    /// use messages_sdk::types::v1::Sms;
    /// use messages_sdk::{Client, transport::testing::ScriptedTransport};
    /// use messages_sdk::auth::Basic;
    /// use messages_sdk::client::ResultOrder;
    /// use tokio_stream::StreamExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let script = ScriptedTransport::new()
    /// #     .then_status(202, r#"{"message_uuid":"a"}"#)
    /// #     .then_status(202, r#"{"message_uuid":"b"}"#);
    /// # let client = Client::builder().credentials(Basic::new("a1b2c3d4", "secret")?).transport(script).build()?;
    /// let messages = ["447700900000", "447700900002"].map(|to| Sms::text("447700900001", to, "We are open again"));
    /// let messages = tokio_stream::iter(messages.into_iter().collect::<Result<Vec<_>, _>>()?);
    /// let mut results = pin!(client.send_all(messages, NonZeroUsize::MIN, ResultOrder::Input));
    /// while let Some(sent) = results.next().await {
    ///     sent.result?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_all<S>(
        &self,
        messages: S,
        concurrency: NonZeroUsize,
        order: ResultOrder,
    ) -> SendAll<S>
    where
        S: Stream<Item: OutboundMessage>,
    {
        SendAll {
            client: self.clone(),
            options: SendOptions::default(),
            messages: Some(Box::pin(messages)),
            concurrency: concurrency.get(),
            order,
            calls: JoinSet::new(),
            places: HashMap::new(),
            ready: BTreeMap::new(),
            taken: 0,
            given: 0,
        }
    }
}

/// The results of [`Client::send_all`].
#[must_use = "nothing is sent until the results are asked for"]
pub struct SendAll<S> {
    client: Client,
    options: SendOptions,
    /// `None` once the stream has ended.
    messages: Option<Pin<Box<S>>>,
    concurrency: usize,
    order: ResultOrder,
    calls: JoinSet<Result<Accepted, Error>>,
    /// The place of each call's message.
    places: HashMap<Id, u64>,
    /// Results that are ahead of their turn.
    ready: BTreeMap<u64, Sent>,
    taken: u64,
    given: u64,
}

impl<S: Stream<Item: OutboundMessage>> SendAll<S> {
    /// Options for each of the calls: the deadline of each, not of all together. A client reference among them would name all
    /// messages that have none of their own.
    pub fn options(mut self, options: SendOptions) -> Self {
        self.options = options;
        self
    }

    /// Takes messages in while there is room for their calls, or for their results.
    fn take_in(&mut self, cx: &mut Context<'_>) {
        while self.calls.len() + self.ready.len() < self.concurrency {
            let Some(messages) = &mut self.messages else {
                return;
            };
            match messages.as_mut().poll_next(cx) {
                Poll::Pending => return,
                Poll::Ready(None) => self.messages = None,
                Poll::Ready(Some(message)) => {
                    let (client, message) = (self.client.clone(), message.into());
                    let options = self.options.clone();
                    let call = self
                        .calls
                        .spawn(async move { client.send_message(message, options).await });
                    self.places.insert(call.id(), self.taken);
                    self.taken += 1;
                }
            }
        }
    }

    /// The next call that ends.
    fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<Option<Sent>> {
        let Some(ended) = ready!(self.calls.poll_join_next_with_id(cx)) else {
            return Poll::Ready(None);
        };
        let (id, result) = match ended {
            Ok((id, result)) => (id, result),
            // The transport panicked, or the runtime shuts down: the message may have left.
            Err(error) => (error.id(), Err(Error::lost())),
        };
        let index = self.places.remove(&id).unwrap_or(self.taken);
        Poll::Ready(Some(Sent { index, result }))
    }

    fn give(&mut self, sent: Sent) -> Poll<Option<Sent>> {
        self.given = sent.index + 1;
        Poll::Ready(Some(sent))
    }
}

impl<S: Stream<Item: OutboundMessage>> Stream for SendAll<S> {
    type Item = Sent;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Sent>> {
        let this = self.get_mut();
        loop {
            this.take_in(cx);
            if let Some(sent) = this.ready.remove(&this.given) {
                return this.give(sent);
            }
            match ready!(this.poll_ended(cx)) {
                Some(sent) if this.order == ResultOrder::Completion || sent.index == this.given => {
                    return this.give(sent);
                }
                Some(sent) => {
                    this.ready.insert(sent.index, sent);
                }
                None if this.messages.is_none() => return Poll::Ready(None),
                None => return Poll::Pending,
            }
        }
    }
}

impl<S> fmt::Debug for SendAll<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendAll")
            .field("taken", &self.taken)
            .field("under_way", &self.calls.len())
            .finish_non_exhaustive()
    }
}
