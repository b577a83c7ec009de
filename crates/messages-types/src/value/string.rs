//! `string_value!`: what all checked strings have in common.

/// Implements reading, writing and conversion for a newtype over `String` with an associated
/// function `refusal(&str) -> Option<Invalid>`.
macro_rules! string_value {
    ([$($generics:tt)*] $type:ty) => {
        impl<$($generics)*> $type {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Checks a text and takes it over.
            ///
            /// # Errors
            ///
            /// [`Invalid`](crate::Invalid) says which rule the text breaks; it does not repeat the text.
            pub fn new(text: impl Into<String>) -> Result<Self, crate::Invalid> {
                let text = text.into();
                match Self::refusal(&text) {
                    None => Ok(Self(text)),
                    Some(invalid) => Err(invalid),
                }
            }
        }

        impl<$($generics)*> TryFrom<&str> for $type {
            type Error = crate::Invalid;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl<$($generics)*> TryFrom<String> for $type {
            type Error = crate::Invalid;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl<$($generics)*> TryFrom<&String> for $type {
            type Error = crate::Invalid;

            fn try_from(text: &String) -> Result<Self, Self::Error> {
                Self::new(text.as_str())
            }
        }

        impl<$($generics)*> std::str::FromStr for $type {
            type Err = crate::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl<$($generics)*> From<$type> for String {
            fn from(value: $type) -> Self {
                value.0
            }
        }

        impl<$($generics)*> AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<$($generics)*> serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de, $($generics)*> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = crate::value::read_string(deserializer)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }

        impl<$($generics)*> crate::wire::Decode for $type {
            fn decode<'a>(
                value: crate::wire::Json<'a>,
                cx: &mut crate::wire::Context,
            ) -> Result<Self, crate::wire::Json<'a>> {
                let text = <String as crate::wire::Decode>::decode(value, cx)?;
                match Self::refusal(&text) {
                    None => Ok(Self(text)),
                    Some(invalid) => {
                        cx.refuse(invalid);
                        Err(crate::wire::Json::String(text.into()))
                    }
                }
            }
        }

        impl<$($generics)*> crate::wire::Check for $type {
            const CAN_FAIL: bool = false;
        }

        impl<$($generics)*> std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "[{} characters]", self.0.chars().count())
            }
        }

        impl<$($generics)*> crate::wire::Redacted for $type {
            fn redacted(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }
        }
    };
}
pub(crate) use string_value;

use serde::de::{Deserialize, Deserializer, Error};

/// Reads a text. What stands in its place is not repeated in the error, as serde would: a phone number is no less one as a
/// JSON number. Every format has its own error, of which only the text is known.
pub(crate) fn read_string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map_err(|error| {
        if error.to_string().contains("invalid type") {
            D::Error::custom("must be a string")
        } else {
            error
        }
    })
}
