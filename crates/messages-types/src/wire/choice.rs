//! `wire_choice!`: a JSON string out of a list.

/// Declares a string enum. `closed` enums refuse other values (what is sent), `open` ones keep
/// them in `Unknown` (what is received).
macro_rules! wire_choice {
    ($(#[$meta:meta])* closed enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name { $( $(#[$vmeta])* $variant, )* }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The value as it is written on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $text => Ok(Self::$variant), )*
                    _ => Err(crate::Invalid::new(
                        crate::Rule::OneOf,
                        concat!("must be one of:" $(, " ", $text)*),
                    )),
                }
            }
        }

        impl crate::wire::Decode for $name {
            fn decode<'a>(
                value: crate::wire::Json<'a>,
                cx: &mut crate::wire::Context,
            ) -> Result<Self, crate::wire::Json<'a>> {
                let Some(text) = value.as_str() else {
                    cx.report(crate::Rule::Type, "must be a string");
                    return Err(value);
                };
                text.parse().map_err(|invalid| {
                    cx.refuse(invalid);
                    value
                })
            }
        }

        impl crate::wire::Redacted for $name {
            fn redacted(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }
        }

        crate::wire::wire_choice! { @both $name }
    };

    ($(#[$meta:meta])* open enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$vmeta])* $variant, )*
            /// A value that this version does not know, as it came.
            Unknown(String),
        }

        impl $name {
            /// Every known value, in the order of the documentation.
            pub const KNOWN: &'static [Self] = &[$( Self::$variant, )*];

            /// The value as it is written on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )*
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $( $text => Self::$variant, )*
                    _ => Self::Unknown(text),
                }
            }
        }

        impl crate::wire::Decode for $name {
            fn decode<'a>(
                value: crate::wire::Json<'a>,
                cx: &mut crate::wire::Context,
            ) -> Result<Self, crate::wire::Json<'a>> {
                crate::wire::text(value, cx).map(|text| match text {
                    std::borrow::Cow::Borrowed(text) => Self::from(text),
                    std::borrow::Cow::Owned(text) => Self::from(text),
                })
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $( Self::$variant => f.write_str(stringify!($variant)), )*
                    // What a stranger wrote is not shown.
                    Self::Unknown(text) => write!(f, "Unknown([{} characters])", text.chars().count()),
                }
            }
        }

        impl crate::wire::Redacted for $name {
            fn redacted(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }
        }

        crate::wire::wire_choice! { @both $name }
    };

    (@both $name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl crate::wire::Check for $name {
            const CAN_FAIL: bool = false;
        }
    };
}
pub(crate) use wire_choice;
