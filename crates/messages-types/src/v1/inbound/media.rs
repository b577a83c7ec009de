//! Files and places.

use crate::Extra;
use crate::value::NumberOrString;
use crate::wire::Wire;

/// A file by its URL.
///
/// The URL is open for 48 hours; with the application's option "secure inbound media" it asks
/// for a token of that application.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct Media {
    /// Where it is.
    pub url: String,
    /// The file's name.
    pub name: Option<String>,
    /// The text that came with it (MMS).
    pub caption: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// One attachment of an MMS with several.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Attachment {
    /// What it is: `image`, `audio`, `video`, `file` or `vcard`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// The file's name.
    pub name: Option<String>,
    /// The text that came with it.
    pub caption: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// A place.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct Location {
    /// The latitude, in degrees.
    pub lat: NumberOrString,
    /// The longitude, in degrees.
    pub long: NumberOrString,
    /// Its name (WhatsApp).
    pub name: Option<String>,
    /// Its address (WhatsApp).
    pub address: Option<String>,
    /// A page about it (WhatsApp).
    pub url: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}
