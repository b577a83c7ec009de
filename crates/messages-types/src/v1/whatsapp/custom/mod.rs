//! Types for WhatsApp's own JSON, which the API passes on unchanged and unchecked.
//!
//! Each message type here converts into a [`Custom`], the argument of
//! [`Whatsapp::custom`](crate::v1::Whatsapp::custom):
//!
//! ```
//! use messages_types::v1::Whatsapp;
//! use messages_types::v1::whatsapp::custom::interactive::Button;
//! use messages_types::v1::whatsapp::custom::{Interactive, Place};
//!
//! let (from, to) = ("447700900001", "447700900000");
//! let question = Interactive::buttons(
//!     "Shall we deliver today?",
//!     vec![Button::new("yes", "Yes"), Button::new("no", "No")],
//! );
//! let ask = Whatsapp::custom(from, to, question)?;
//! let here = Whatsapp::custom(from, to, Place::new(51.5, -0.085)?.name("London"))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod contact;
pub mod interactive;
pub mod place;
pub mod template;

pub use contact::Contact;
pub use interactive::Interactive;
pub use place::Place;
pub use template::ComponentTemplate;

use serde::Serialize;
use serde_json::Map;

use crate::v1::Custom;
use crate::wire::to_value;

/// `{"type": kind, kind: content}`, the form of every WhatsApp message.
fn tagged(kind: &str, content: impl Serialize) -> Custom {
    let mut members = Map::new();
    members.insert("type".to_owned(), kind.into());
    members.insert(kind.to_owned(), to_value(content));
    Custom::from(members)
}

impl From<ComponentTemplate> for Custom {
    fn from(content: ComponentTemplate) -> Self {
        tagged("template", content)
    }
}

impl From<Interactive> for Custom {
    fn from(content: Interactive) -> Self {
        tagged("interactive", content)
    }
}

impl From<Place> for Custom {
    fn from(content: Place) -> Self {
        tagged("location", content)
    }
}

impl From<Vec<Contact>> for Custom {
    fn from(content: Vec<Contact>) -> Self {
        tagged("contacts", content)
    }
}
