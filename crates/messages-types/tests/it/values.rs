//! Single values: what a program gets that reads them into types of its own.

use messages_types::v1::ClientRef;
use messages_types::{EmailAddress, NumberText, PhoneNumber, Rule, Url};
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
