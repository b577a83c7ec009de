//! How a message of each channel is written in Rust.

/// Declares the constructors of a channel's message: `new` with any content, and one for each
/// type of content that is a single argument, with the pointer at which that is reported.
/// A channel can ask for one member more with every message.
macro_rules! constructors {
    ($message:ident(from: $sender:ty, to: $recipient:ty) of $($content:tt)*) => {
        constructors! { @all $message($sender, $recipient) [] $($content)* }
    };
    ($message:ident(from: $sender:ty, to: $recipient:ty, $($more:tt)*) of $($content:tt)*) => {
        constructors! { @all $message($sender, $recipient) [$($more)*] $($content)* }
    };

    (@all $message:ident($sender:ty, $recipient:ty) $more:tt $content:ident {
        $( $(#[$meta:meta])* $name:ident($type:ty) = $variant:ident at $pointer:literal; )*
    }) => {
        $( constructors! {
            @one $message($sender, $recipient) $more $content
            $(#[$meta])* $name($type) = $variant at $pointer
        } )*
        constructors! { @assemble $message($sender, $recipient) $more $content }

        impl $message {
            pub(crate) fn message_type(&self) -> &str {
                self.content.type_name()
            }
        }
    };

    (@one $message:ident($sender:ty, $recipient:ty)
        [$( $more:ident: $more_type:ty = $more_pointer:literal )?] $content:ident
        $(#[$meta:meta])* $name:ident($type:ty) = $variant:ident at $pointer:literal
    ) => {
        impl $message {
            $(#[$meta])*
            ///
            /// # Errors
            ///
            /// All arguments that break a rule, each by its JSON pointer.
            pub fn $name(
                from: impl crate::Field<$sender>,
                to: impl crate::Field<$recipient>,
                $( $more: impl crate::Field<$more_type>, )?
                $name: impl crate::Field<$type>,
            ) -> Result<Self, crate::Problems> {
                Self::assemble(from, to, $( $more, )? |fields| {
                    fields.take($pointer, $name).map($content::$variant)
                })
            }
        }
    };

    (@assemble $message:ident($sender:ty, $recipient:ty)
        [$( $more:ident: $more_type:ty = $more_pointer:literal )?] $content:ident
    ) => {
        impl $message {
            /// A message with any content that the channel takes.
            ///
            /// # Errors
            ///
            /// All arguments that break a rule, each by its JSON pointer.
            pub fn new(
                from: impl crate::Field<$sender>,
                to: impl crate::Field<$recipient>,
                $( $more: impl crate::Field<$more_type>, )?
                content: $content,
            ) -> Result<Self, crate::Problems> {
                Self::assemble(from, to, $( $more, )? |_| Some(content))
            }

            fn assemble(
                from: impl crate::Field<$sender>,
                to: impl crate::Field<$recipient>,
                $( $more: impl crate::Field<$more_type>, )?
                content: impl FnOnce(&mut crate::value::Fields) -> Option<$content>,
            ) -> Result<Self, crate::Problems> {
                let mut fields = crate::value::Fields::default();
                let from = fields.take("/from", from);
                let to = fields.take("/to", to);
                $( let $more = fields.take($more_pointer, $more); )?
                let content = content(&mut fields);
                let envelope = crate::v1::Envelope::default();
                let built = match (from, to, $( $more, )? content) {
                    (Some(from), Some(to), $( Some($more), )? Some(content)) => {
                        Some(Self::bare(from, to, $( $more, )? content, envelope))
                    }
                    _ => None,
                };
                fields.build(built)
            }
        }
    };
}
pub(crate) use constructors;

/// Declares that a type which needs a single value can be written as that value.
macro_rules! written_as {
    ($($type:ident($value:ty);)*) => { $(
        impl $type {
            /// With this value and nothing else.
            ///
            /// # Errors
            ///
            /// When the value breaks its rule.
            pub fn new(value: impl crate::Field<$value>) -> Result<Self, crate::Invalid> {
                value.parse().map(Self::bare)
            }
        }

        impl TryFrom<&str> for $type {
            type Error = crate::Invalid;

            fn try_from(value: &str) -> Result<Self, Self::Error> {
                Self::new(value)
            }
        }

        impl TryFrom<String> for $type {
            type Error = crate::Invalid;

            fn try_from(value: String) -> Result<Self, Self::Error> {
                Self::new(value)
            }
        }

        impl From<$value> for $type {
            fn from(value: $value) -> Self {
                Self::bare(value)
            }
        }
    )* };
}
pub(crate) use written_as;
