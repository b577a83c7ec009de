//! `channel_message!`: a message over one channel.

/// Declares a channel's message, which looks alike on every channel, and its constructors: `new` with any content, and one
/// for each type of content, with the pointer at which a refused argument is reported.
macro_rules! channel_message {
    (
        $(#[$meta:meta])*
        struct $type:ident {
            $(#[$from_meta:meta])* from: $from:ident at $from_at:literal,
            $(#[$to_meta:meta])* to: $to:ident at $to_at:literal,
            message: $body:ident of $content:ident,
        }
        $( $(#[$name_meta:meta])* $name:ident($value:ty) = $variant:ident at $at:literal; )*
    ) => {
        crate::wire::wire_object! {
            $(#[$meta])*
            outbound struct $type {
                required {
                    $(#[$from_meta])*
                    from: $from = "from",
                    $(#[$to_meta])*
                    to: $to = "to",
                    /// What it holds.
                    message: $body = "message",
                }
                optional {
                    /// The sender's own reference, repeated in every status.
                    client_ref: crate::v0_1::ClientRef = "client_ref",
                }
                elsewhere crate::v0_1::outbound::content::MESSAGE_ELSEWHERE;
            }
        }

        impl $type {
            /// A message with any content that the channel takes.
            ///
            /// # Errors
            ///
            /// All arguments that break a rule, each by its JSON pointer.
            pub fn new(
                from: impl crate::Field<$from>,
                to: impl crate::Field<$to>,
                content: $content,
            ) -> Result<Self, crate::Problems> {
                let mut fields = crate::value::Fields::default();
                let from = fields.take($from_at, from);
                let to = fields.take($to_at, to);
                fields.build(from.zip(to).map(|(from, to)| Self::of(from, to, content)))
            }

            $(
                $(#[$name_meta])*
                ///
                /// # Errors
                ///
                /// All arguments that break a rule, each by its JSON pointer.
                pub fn $name(
                    from: impl crate::Field<$from>,
                    to: impl crate::Field<$to>,
                    $name: impl crate::Field<$value>,
                ) -> Result<Self, crate::Problems> {
                    let mut fields = crate::value::Fields::default();
                    let from = fields.take($from_at, from);
                    let to = fields.take($to_at, to);
                    let content = fields.take($at, $name).map($content::$variant);
                    fields.build(
                        from.zip(to)
                            .zip(content)
                            .map(|((from, to), content)| Self::of(from, to, content)),
                    )
                }
            )*

            /// This message as a workflow's step that is not the last: when `condition` is not
            /// met within `expiry_time`, or the message fails, the next step is sent.
            #[must_use]
            pub fn expecting(
                self,
                condition: crate::v0_1::Condition,
                expiry_time: crate::v0_1::ExpiryTime,
            ) -> crate::v0_1::Step {
                crate::v0_1::Message::from(self).expecting(condition, expiry_time)
            }

            fn of(from: $from, to: $to, content: $content) -> Self {
                Self::bare(from, to, $body::bare(content.into()))
            }

            pub(crate) fn message_type(&self) -> &str {
                self.message.content.kind.type_name()
            }
        }
    };
}
pub(crate) use channel_message;
