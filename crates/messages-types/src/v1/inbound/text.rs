//! Text of an inbound message, whose `message_type` is often absent.

use std::fmt;
use std::ops::Deref;

use serde::ser::SerializeMap;

use crate::Member;
use crate::wire::{Check, Context, Json, Members, Mode, Object, Redacted as _, Wire};

/// Text of an inbound message.
///
/// The documentation of inbound SMS has no `message_type`, so a message with `text` and no type is
/// a text. The presence of the type is stored, so that the message is written as received.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open, members)]
pub struct Text {
    text: String,
    typed: bool,
}

const TYPE: &str = "message_type";
const TEXT: &str = "text";

impl Text {
    /// A text written with `message_type`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            typed: true,
        }
    }

    /// A text written without `message_type`, as in the documentation of inbound SMS.
    #[must_use]
    pub fn untyped(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            typed: false,
        }
    }

    /// Text as a string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.text
    }
}

impl Members for Text {
    const MODE: Mode = Mode::Open;
    const MEMBERS: &'static [Member] = &[Member::named(TYPE), Member::named(TEXT)];

    fn take(map: &mut Object<'_>, _: &mut Context) -> Option<Self> {
        let typed = match map.get(TYPE) {
            Some(Json::String(name)) if name == TEXT => true,
            None => false,
            Some(_) => return None,
        };
        match map.remove(TEXT)? {
            Json::String(text) => {
                map.remove(TYPE);
                Some(Self {
                    text: text.into_owned(),
                    typed,
                })
            }
            unfit => {
                map.insert(TEXT, unfit);
                None
            }
        }
    }

    fn put<M: SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
        if self.typed {
            out.serialize_entry(TYPE, TEXT)?;
        }
        out.serialize_entry(TEXT, &self.text)
    }

    fn owns(key: &str) -> bool {
        key == TYPE || key == TEXT
    }
}

impl Check for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.redacted(f)
    }
}
