//! `over_channels!`: a message over any channel, in either generation of the format.

/// Declares a message that is one of the channels' own types, and what can be asked of it whatever the channel.
/// How it is read differs from one generation to the other, and so do the members that all channels have.
macro_rules! over_channels {
    (
        $(#[$meta:meta])*
        enum $name:ident by $channels:ident {
            $( $(#[$channel_meta:meta])* $channel:ident($type:ty), )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name { $( $(#[$channel_meta])* $channel($type), )* }

        impl $name {
            /// The channel.
            #[must_use]
            pub const fn channel(&self) -> $channels {
                match self { $( Self::$channel(_) => $channels::$channel, )* }
            }

            /// The sender, number or id, as it is written on the wire.
            #[must_use]
            pub fn sender(&self) -> &str {
                match self { $( Self::$channel(message) => message.from.as_str(), )* }
            }

            /// The recipient, number or id, as it is written on the wire.
            #[must_use]
            pub fn recipient(&self) -> &str {
                match self { $( Self::$channel(message) => message.to.as_str(), )* }
            }

            /// The type of the content, as it is written on the wire.
            #[must_use]
            pub fn message_type(&self) -> &str {
                match self { $( Self::$channel(message) => message.message_type(), )* }
            }

            pub(crate) fn put<M: serde::ser::SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
                match self { $( Self::$channel(message) => crate::wire::Members::put(message, out), )* }
            }
        }

        $( impl From<$type> for $name {
            fn from(message: $type) -> Self {
                Self::$channel(message)
            }
        } )*

        impl crate::wire::Check for $name {
            fn check(&self, cx: &mut crate::wire::Context) {
                match self { $( Self::$channel(message) => message.check(cx), )* }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $( Self::$channel(message) => message.serialize(serializer), )* }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $( Self::$channel(message) => std::fmt::Debug::fmt(message, f), )* }
            }
        }

        impl crate::wire::Redacted for $name {
            fn redacted(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }
        }
    };
}
pub(crate) use over_channels;
