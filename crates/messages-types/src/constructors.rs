//! Constructors of the messages.

/// Declares the constructors of a channel's message: `new` with any content, and one for each type of content with a
/// single argument. Each argument has the JSON pointer its problems are reported at. A message of v0.1 names the type of its
/// body, and can be a step of a workflow.
macro_rules! constructors {
    ($message:ident $arguments:tt of $content:ident $(in $body:ident)? {
        $( $(#[$meta:meta])* $name:ident($value:ty) = $variant:ident at $at:literal; )*
    }) => {
        impl $message {
            $( constructors! {
                @one $arguments $content
                $(#[$meta])* $name($value) = $variant at $at
            } )*
            constructors! { @any $arguments $content }
            constructors! { @parts $arguments $content $($body)? }
        }
    };

    (@one ($( $argument:ident: $type:ty = $pointer:literal ),*) $content:ident
        $(#[$meta:meta])* $name:ident($value:ty) = $variant:ident at $at:literal
    ) => {
        $(#[$meta])*
        ///
        /// # Errors
        ///
        /// All invalid arguments, each with its JSON pointer.
        pub fn $name(
            $( $argument: impl crate::Field<$type>, )*
            $name: impl crate::Field<$value>,
        ) -> Result<Self, crate::Problems> {
            Self::assemble($( $argument, )* |fields| {
                fields.take($at, $name).map($content::$variant)
            })
        }
    };

    (@parts ($( $argument:ident: $type:ty = $pointer:literal ),*) $content:ident) => {
        fn from_content($( $argument: $type, )* content: $content) -> Self {
            Self::from_parts($( $argument, )* content, crate::v1::Envelope::default())
        }

        pub(crate) fn message_type(&self) -> &str {
            self.content.type_name()
        }
    };

    (@parts ($( $argument:ident: $type:ty = $pointer:literal ),*) $content:ident $body:ident) => {
        fn from_content($( $argument: $type, )* content: $content) -> Self {
            Self::from_parts($( $argument, )* $body::from_parts(content.into()))
        }

        /// The unknown fields of the message, its sender, its recipient, its body and its content.
        pub(crate) fn extras(&self) -> [&crate::Extra; 5] {
            let Self { from, to, message, extra, .. } = self;
            [extra, &from.extra, &to.extra, &message.extra, &message.content.extra]
        }

        /// Converts this message to a step before the last one: the next step is sent if `condition` is not met
        /// within `expiry_time`, or if the message fails.
        ///
        /// # Errors
        ///
        /// `expiry_time` is out of range.
        pub fn expecting(
            self,
            condition: crate::v0_1::Condition,
            expiry_time: impl crate::Field<crate::v0_1::ExpiryTime>,
        ) -> Result<crate::v0_1::Step, crate::Problems> {
            crate::v0_1::Message::from(self).expecting(condition, expiry_time)
        }
    };

    (@any ($( $argument:ident: $type:ty = $pointer:literal ),*) $content:ident) => {
        /// Creates a message with any content of the channel.
        ///
        /// # Errors
        ///
        /// All invalid arguments, each with its JSON pointer.
        pub fn new(
            $( $argument: impl crate::Field<$type>, )*
            content: $content,
        ) -> Result<Self, crate::Problems> {
            Self::assemble($( $argument, )* |_| Some(content))
        }

        /// Checks the rules over several fields.
        ///
        /// # Errors
        ///
        /// *All* problems, each with its JSON pointer.
        pub fn validate(&self) -> Result<(), crate::Problems> {
            crate::wire::validate(self)
        }

        fn assemble(
            $( $argument: impl crate::Field<$type>, )*
            content: impl FnOnce(&mut crate::value::Fields) -> Option<$content>,
        ) -> Result<Self, crate::Problems> {
            let mut fields = crate::value::Fields::default();
            $( let $argument = fields.take($pointer, $argument); )*
            let content = content(&mut fields);
            let built = match ($( $argument, )* content) {
                ($( Some($argument), )* Some(content)) => {
                    Some(Self::from_content($( $argument, )* content))
                }
                _ => None,
            };
            fields.build(built)
        }
    };
}
pub(crate) use constructors;
