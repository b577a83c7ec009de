//! Single values, decoded as parts of user-defined types.

use messages_types::v1::ClientRef;
use messages_types::{EmailAddress, NumberText, PhoneNumber, Rule, SmsSender, Url};
use serde::Deserialize;
use serde_json::{Value, json};

#[test]
fn what_is_not_a_text_is_refused_and_not_repeated() {
    fn refusal<'de, T: Deserialize<'de> + std::fmt::Debug>(value: &'de Value) -> String {
        T::deserialize(value).unwrap_err().to_string()
    }
    for value in [
        json!(447_700_900_000_u64),
        json!(-447_700_900_000_i64),
        json!(447_700_900_000.5),
        json!(true),
        json!(null),
        json!(["447700900000"]),
        json!({ "447700900000": 1 }),
    ] {
        let refusals = [
            refusal::<PhoneNumber>(&value),
            refusal::<EmailAddress>(&value),
            refusal::<ClientRef>(&value),
            refusal::<Url>(&value),
        ];
        assert_eq!(refusals, ["must be a string"; 4], "{value}");
    }
    let error = serde_json::from_str::<PhoneNumber>("447700900000").unwrap_err();
    assert_eq!(error.to_string(), "must be a string");
}

#[test]
fn digits_beyond_any_number_are_out_of_range_whatever_the_range() {
    type Any = NumberText<1, { u32::MAX }>;

    assert_eq!(Any::try_from("4294967295").unwrap().get(), u32::MAX);
    for text in ["4294967296", "99999999999"] {
        let invalid = Any::try_from(text).unwrap_err();
        assert_eq!(invalid.rule(), Rule::Range(1, u32::MAX.into()), "{text}");
    }
}

#[test]
fn a_number_written_for_people_becomes_the_form_of_the_api() {
    for (written, digits) in [
        ("+44 (7700) 900-000", "447700900000"),
        ("+44 (0)7700 900000", "447700900000"),
        ("0044 7700 900000", "447700900000"),
        ("00 44/7700.900-000", "447700900000"),
        (" 447700900000\n", "447700900000"),
        (
            "\u{202a}+44\u{a0}7700\u{2011}900000\u{202c}",
            "447700900000",
        ),
        ("(447700) 900000", "447700900000"),
    ] {
        assert_eq!(PhoneNumber::normalize(written).unwrap().as_str(), digits);
        assert!(PhoneNumber::new(digits).is_ok());
    }
    for written in [
        "",
        "+",
        "07700 900000",
        "0 7700 900000",
        "+0 7700 900000",
        "00 0 7700 900000",
        "(0)7700 900000",
        "+44 7700 900000 ext 5",
        "4.479E+11",
        "'447700900000",
        "++447700900000",
        "+44 7700 900000 / +44 7700 900001",
        "12345",
        "٤٤٧٧٠٠٩٠٠٠٠٠",
    ] {
        assert!(PhoneNumber::normalize(written).is_err(), "{written}");
    }
}

#[test]
fn no_country_code_begins_with_0() {
    for text in ["07700900000", "0447700900000", "00447700900000"] {
        assert_eq!(
            PhoneNumber::new(text).unwrap_err().rule(),
            Rule::Format,
            "{text}"
        );
        assert_eq!(
            SmsSender::new(text).unwrap_err().rule(),
            Rule::Format,
            "{text}"
        );
    }
    assert!(
        SmsSender::new("0800FLOWERS").is_ok(),
        "a name, not a number"
    );
    assert!(SmsSender::new("12345").is_ok(), "a short code");
}
