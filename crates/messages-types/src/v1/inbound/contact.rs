//! Contacts from an address book, received over WhatsApp.

use crate::Extra;
use crate::wire::Wire;

/// A contact from an address book.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Contact {
    /// Name of the contact.
    pub name: Option<ContactName>,
    /// The date of birth.
    pub birthday: Option<String>,
    /// Postal addresses.
    pub addresses: Option<Vec<ContactAddress>>,
    /// E-mail addresses.
    pub emails: Option<Vec<ContactEmail>>,
    /// Phone numbers.
    pub phones: Option<Vec<ContactPhone>>,
    /// Web pages.
    pub urls: Option<Vec<ContactUrl>>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Name of a contact.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ContactName {
    /// Full name.
    pub formatted_name: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The middle name.
    pub middle_name: Option<String>,
    /// Prefix of the name, such as a title.
    pub prefix: Option<String>,
    /// Suffix of the name.
    pub suffix: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// A postal address.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ContactAddress {
    /// Street and number.
    pub street: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state or region.
    pub state: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// Two-letter ISO 3166 code of the country.
    pub country_code: Option<String>,
    /// Type: `home` or `work`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// An e-mail address.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ContactEmail {
    /// The address.
    pub email: Option<String>,
    /// Type: `home` or `work`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// A phone number.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ContactPhone {
    /// Number, as stored in the address book.
    pub phone: Option<String>,
    /// Type, such as `mobile` or `work`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// WhatsApp number of the contact.
    pub wa_id: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// A web page.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ContactUrl {
    /// The URL.
    pub url: Option<String>,
    /// Type: `home` or `work`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}
