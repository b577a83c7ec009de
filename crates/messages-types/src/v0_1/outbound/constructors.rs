//! `constructors!`: how a message of each channel is written.

/// Declares the constructors of a channel's message: `new` with any content, and one for each
/// type of content, with the pointer at which a refused argument is reported.
macro_rules! constructors {
    (
        $type:ident($content:ident) from $from:ident at $from_at:literal to $to:ident at $to_at:literal
            body $body:ident;
        $( $(#[$meta:meta])* $name:ident($value:ty) = $variant:ident at $at:literal; )*
    ) => {
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
                $(#[$meta])*
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
pub(crate) use constructors;
