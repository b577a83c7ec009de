//! Constructors of the messages.

/// Declares the constructors of a channel's message: `new` with any content, and one for each type of content with a
/// single argument. Each argument has the JSON pointer its problems are reported at. The type has a function `from_content`
/// with the same arguments, already checked.
macro_rules! constructors {
    ($message:ident $arguments:tt of $content:ident {
        $( $(#[$meta:meta])* $name:ident($value:ty) = $variant:ident at $at:literal; )*
    }) => {
        $( constructors! {
            @one $message $arguments $content
            $(#[$meta])* $name($value) = $variant at $at
        } )*
        constructors! { @any $message $arguments $content }
    };

    (@one $message:ident($( $argument:ident: $type:ty = $pointer:literal ),*) $content:ident
        $(#[$meta:meta])* $name:ident($value:ty) = $variant:ident at $at:literal
    ) => {
        impl $message {
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
        }
    };

    (@any $message:ident($( $argument:ident: $type:ty = $pointer:literal ),*) $content:ident) => {
        impl $message {
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
        }
    };
}
pub(crate) use constructors;
