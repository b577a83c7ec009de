//! Business cards.

use crate::Extra;
use crate::wire::Wire;

/// Somebody's business card. A message holds several: `Whatsapp::custom` takes a
/// `Vec<Contact>`.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct Contact {
    /// What they are called.
    pub name: ContactName,
    /// Where they live or work.
    pub addresses: Option<Vec<ContactAddress>>,
    /// When they were born: `YYYY-MM-DD`.
    pub birthday: Option<String>,
    /// Their e-mail addresses.
    pub emails: Option<Vec<ContactEmail>>,
    /// Whom they work for.
    pub org: Option<ContactOrg>,
    /// Their phone numbers.
    pub phones: Option<Vec<ContactPhone>>,
    /// Their pages.
    pub urls: Option<Vec<ContactUrl>>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A name. WhatsApp asks for the whole of it and at least one part.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ContactName {
    /// The whole name, as it is shown.
    pub formatted_name: String,
    /// The first name.
    pub first_name: Option<String>,
    /// The middle name.
    pub middle_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// What stands before the name.
    pub prefix: Option<String>,
    /// What stands behind it.
    pub suffix: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
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
    /// The country's code of two letters.
    pub country_code: Option<String>,
    /// `HOME`, `WORK`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// An e-mail address.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ContactEmail {
    /// The address.
    pub email: String,
    /// `HOME`, `WORK`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Whom somebody works for.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct ContactOrg {
    /// The company.
    pub company: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The position in it.
    pub title: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A phone number.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ContactPhone {
    /// The number, in any form.
    pub phone: String,
    /// `CELL`, `MAIN`, `HOME`, `WORK`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// The WhatsApp id that belongs to it.
    pub wa_id: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A page.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[non_exhaustive]
pub struct ContactUrl {
    /// Its URL.
    pub url: String,
    /// `HOME`, `WORK`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}
