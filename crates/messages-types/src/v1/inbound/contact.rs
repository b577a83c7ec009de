//! People from the address book, as WhatsApp passes them on.

use crate::wire::wire_object;

wire_object! {
    /// A person from the address book.
    #[derive(Default)]
    inbound struct Contact {
        optional {
            /// The person's name.
            name: ContactName = "name",
            /// The date of birth.
            birthday: String = "birthday",
            /// Postal addresses.
            addresses: Vec<ContactAddress> = "addresses",
            /// E-mail addresses.
            emails: Vec<ContactEmail> = "emails",
            /// Phone numbers.
            phones: Vec<ContactPhone> = "phones",
            /// Web pages.
            urls: Vec<ContactUrl> = "urls",
        }
    }
}

wire_object! {
    /// The name of a person.
    #[derive(Default)]
    inbound struct ContactName {
        optional {
            /// The whole name.
            formatted_name: String = "formatted_name",
            /// The given name.
            first_name: String = "first_name",
            /// The family name.
            last_name: String = "last_name",
            /// The middle name.
            middle_name: String = "middle_name",
            /// What stands before it, such as a title.
            prefix: String = "prefix",
            /// What stands after it.
            suffix: String = "suffix",
        }
    }
}

wire_object! {
    /// A postal address.
    #[derive(Default)]
    inbound struct ContactAddress {
        optional {
            /// Street and number.
            street: String = "street",
            /// The city.
            city: String = "city",
            /// The state or region.
            state: String = "state",
            /// The postal code.
            postal_code: String = "postal_code",
            /// The country.
            country: String = "country",
            /// The country, by its ISO 3166 code of two letters.
            country_code: String = "country_code",
            /// Which one: `home` or `work`.
            kind: String = "type",
        }
    }
}

wire_object! {
    /// An e-mail address.
    #[derive(Default)]
    inbound struct ContactEmail {
        optional {
            /// The address.
            email: String = "email",
            /// Which one: `home` or `work`.
            kind: String = "type",
        }
    }
}

wire_object! {
    /// A phone number.
    #[derive(Default)]
    inbound struct ContactPhone {
        optional {
            /// The number, as the address book has it.
            phone: String = "phone",
            /// Which one, such as `mobile` or `work`.
            kind: String = "type",
            /// The number under which the person is on WhatsApp.
            wa_id: String = "wa_id",
        }
    }
}

wire_object! {
    /// A web page.
    #[derive(Default)]
    inbound struct ContactUrl {
        optional {
            /// The URL.
            url: String = "url",
            /// Which one: `home` or `work`.
            kind: String = "type",
        }
    }
}
