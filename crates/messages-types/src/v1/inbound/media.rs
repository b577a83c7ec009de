//! Media files and locations.

use crate::Extra;
use crate::value::NumberOrString;
use crate::wire::Wire;

/// A file, referenced by its URL.
///
/// The URL is valid for 48 hours; with the application's option "secure inbound media" it requires
/// a token of that application.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct Media {
    /// URL of the file.
    pub url: String,
    /// Name of the file.
    pub name: Option<String>,
    /// Caption of the file (MMS).
    pub caption: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// One attachment of an MMS with several.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Attachment {
    /// Type: `image`, `audio`, `video`, `file` or `vcard`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// URL of the file.
    pub url: Option<String>,
    /// Name of the file.
    pub name: Option<String>,
    /// Caption of the file.
    pub caption: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// A location.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct Location {
    /// Latitude, in degrees.
    pub lat: NumberOrString,
    /// Longitude, in degrees.
    pub long: NumberOrString,
    /// Name of the location (WhatsApp).
    pub name: Option<String>,
    /// Address of the location (WhatsApp).
    pub address: Option<String>,
    /// URL of a page about the location (WhatsApp).
    pub url: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}
