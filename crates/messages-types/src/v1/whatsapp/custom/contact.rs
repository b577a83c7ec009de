//! Contact cards.

use crate::Extra;
use crate::wire::Wire;

/// A contact card. A message can have several: `Whatsapp::custom` accepts a
/// `Vec<Contact>`.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Contact {
    /// Name of the contact.
    pub name: ContactName,
    /// Postal addresses.
    pub addresses: Option<Vec<ContactAddress>>,
    /// Date of birth: `YYYY-MM-DD`.
    pub birthday: Option<String>,
    /// E-mail addresses.
    pub emails: Option<Vec<ContactEmail>>,
    /// Employer of the contact.
    pub org: Option<ContactOrg>,
    /// Phone numbers.
    pub phones: Option<Vec<ContactPhone>>,
    /// Web pages.
    pub urls: Option<Vec<ContactUrl>>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Name of a contact. WhatsApp requires the full name and at least one of its parts.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ContactName {
    /// Full name, as displayed.
    pub formatted_name: String,
    /// The first name.
    pub first_name: Option<String>,
    /// The middle name.
    pub middle_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// Prefix of the name.
    pub prefix: Option<String>,
    /// Suffix of the name.
    pub suffix: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl From<&str> for ContactName {
    fn from(formatted_name: &str) -> Self {
        Self::new(formatted_name)
    }
}

/// A postal address.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct ContactAddress {
    /// Street and number.
    pub street: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state.
    pub state: Option<String>,
    /// The postal code; `postal_code` in inbound messages.
    pub zip: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// Two-letter country code.
    pub country_code: Option<String>,
    /// Type: `HOME` or `WORK`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// An e-mail address.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ContactEmail {
    /// The address.
    pub email: String,
    /// Type: `HOME` or `WORK`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Employer of a contact.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct ContactOrg {
    /// The company.
    pub company: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A phone number.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ContactPhone {
    /// Number, in any format.
    pub phone: String,
    /// Type: `CELL`, `MAIN`, `HOME` or `WORK`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// WhatsApp ID of the number.
    pub wa_id: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A web page.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ContactUrl {
    /// URL of the page.
    pub url: String,
    /// Type: `HOME` or `WORK`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}
