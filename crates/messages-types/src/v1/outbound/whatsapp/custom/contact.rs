//! Business cards.

use crate::wire::wire_object;

wire_object! {
    /// Somebody's business card. A message holds several: `Whatsapp::custom` takes a
    /// `Vec<Contact>`.
    passed struct Contact {
        required {
            /// What they are called.
            name: ContactName = "name",
        }
        optional {
            /// Where they live or work.
            addresses: Vec<ContactAddress> = "addresses",
            /// When they were born: `YYYY-MM-DD`.
            birthday: String = "birthday",
            /// Their e-mail addresses.
            emails: Vec<ContactEmail> = "emails",
            /// Whom they work for.
            org: ContactOrg = "org",
            /// Their phone numbers.
            phones: Vec<ContactPhone> = "phones",
            /// Their pages.
            urls: Vec<ContactUrl> = "urls",
        }
    }
}

wire_object! {
    /// A name. WhatsApp asks for the whole of it and at least one part.
    passed struct ContactName {
        required {
            /// The whole name, as it is shown.
            formatted_name: String = "formatted_name",
        }
        optional {
            /// The first name.
            first_name: String = "first_name",
            /// The middle name.
            middle_name: String = "middle_name",
            /// The last name.
            last_name: String = "last_name",
            /// What stands before the name.
            prefix: String = "prefix",
            /// What stands behind it.
            suffix: String = "suffix",
        }
    }
}

impl From<&str> for ContactName {
    fn from(formatted_name: &str) -> Self {
        Self::new(formatted_name)
    }
}

wire_object! {
    /// A postal address.
    #[derive(Default)]
    outbound struct ContactAddress {
        optional {
            /// Street and number.
            street: String = "street",
            /// The city.
            city: String = "city",
            /// The state.
            state: String = "state",
            /// The postal code; `postal_code` in inbound messages.
            zip: String = "zip",
            /// The country.
            country: String = "country",
            /// The country's code of two letters.
            country_code: String = "country_code",
            /// `HOME`, `WORK`.
            kind: String = "type",
        }
    }
}

wire_object! {
    /// An e-mail address.
    passed struct ContactEmail {
        required {
            /// The address.
            email: String = "email",
        }
        optional {
            /// `HOME`, `WORK`.
            kind: String = "type",
        }
    }
}

wire_object! {
    /// Whom somebody works for.
    #[derive(Default)]
    outbound struct ContactOrg {
        optional {
            /// The company.
            company: String = "company",
            /// The department.
            department: String = "department",
            /// The position in it.
            title: String = "title",
        }
    }
}

wire_object! {
    /// A phone number.
    passed struct ContactPhone {
        required {
            /// The number, in any form.
            phone: String = "phone",
        }
        optional {
            /// `CELL`, `MAIN`, `HOME`, `WORK`.
            kind: String = "type",
            /// The WhatsApp id that belongs to it.
            wa_id: String = "wa_id",
        }
    }
}

wire_object! {
    /// A page.
    passed struct ContactUrl {
        required {
            /// Its URL.
            url: String = "url",
        }
        optional {
            /// `HOME`, `WORK`.
            kind: String = "type",
        }
    }
}
