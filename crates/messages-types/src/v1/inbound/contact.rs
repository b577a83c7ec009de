//! People from the address book, as WhatsApp passes them on.

use crate::Extra;
use crate::wire::Wire;

/// A person from the address book.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Contact {
    /// The person's name.
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
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// The name of a person.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ContactName {
    /// The whole name.
    pub formatted_name: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The middle name.
    pub middle_name: Option<String>,
    /// What stands before it, such as a title.
    pub prefix: Option<String>,
    /// What stands after it.
    pub suffix: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
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
    /// The country, by its ISO 3166 code of two letters.
    pub country_code: Option<String>,
    /// Which one: `home` or `work`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// An e-mail address.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ContactEmail {
    /// The address.
    pub email: Option<String>,
    /// Which one: `home` or `work`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// A phone number.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ContactPhone {
    /// The number, as the address book has it.
    pub phone: Option<String>,
    /// Which one, such as `mobile` or `work`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// The number under which the person is on WhatsApp.
    pub wa_id: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// A web page.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ContactUrl {
    /// The URL.
    pub url: Option<String>,
    /// Which one: `home` or `work`.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}
