//! Error responses and error codes.

use messages_types::v1::status::StatusError;
use messages_types::v1::{Accepted, Message};
use messages_types::{
    DecodeError, DeliveryErrorCode, Document, ErrorKind, ErrorObject, InvalidParameters, Kind,
    RequestErrorCode,
};
use serde_json::{Value, json};

use crate::fixtures;

fn error(name: &str) -> ErrorObject {
    let name = format!("v1/error/{name}");
    let all = fixtures::received();
    let found = all.iter().find(|fixture| fixture.name == name).unwrap();
    ErrorObject::from_slice(&found.bytes).unwrap()
}

#[test]
fn answers_are_written_as_they_came() {
    for fixture in fixtures::received() {
        let written = match fixture.kind {
            Kind::V1Error => ErrorObject::from_slice(&fixture.bytes).unwrap().to_vec(),
            Kind::V1Response => Accepted::from_slice(&fixture.bytes).unwrap().to_vec(),
            _ => continue,
        };
        let value: Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(value, fixture.value(), "{}", fixture.name);
        fixtures::pin(&fixture, written);
    }
}

#[test]
fn an_answer_without_an_id_is_refused() {
    for json in [
        r#"{}"#,
        r#"{"message_uuid":null}"#,
        r#"{"message_uuid":7}"#,
        "[]",
        "null",
        "1",
    ] {
        let refused = Accepted::from_slice(json.as_bytes()).unwrap_err();
        assert!(matches!(refused, DecodeError::Problems(_)), "{json}");
    }
    assert!(matches!(
        Accepted::from_slice(b"<html>"),
        Err(DecodeError::Json(_))
    ));
}

#[test]
fn every_spelling_of_a_type_names_its_error() {
    for (name, code, status) in [
        (
            "401_unauthorized",
            RequestErrorCode::Unauthorized,
            Some(401),
        ),
        (
            "401_unprovisioned",
            RequestErrorCode::Unprovisioned,
            Some(401),
        ),
        ("402_low_balance", RequestErrorCode::LowBalance, Some(402)),
        ("404_not_found", RequestErrorCode::NotFound, Some(404)),
        ("422_invalid_json", RequestErrorCode::InvalidJson, Some(422)),
        (
            "422_channel",
            RequestErrorCode::InvalidChannelParameters,
            Some(422),
        ),
        ("422_params", RequestErrorCode::InvalidParams, Some(422)),
        ("429_throttled", RequestErrorCode::Throttled, Some(429)),
        ("500_internal", RequestErrorCode::InternalError, Some(500)),
        (
            "400_object_form",
            RequestErrorCode::InvalidParams,
            Some(422),
        ),
    ] {
        let found = error(name).sync_code().unwrap();
        assert_eq!((found.http_status(), &found), (status, &code), "{name}");
    }
    for name in ["422_operation", "403_gateway", "empty"] {
        assert_eq!(error(name).sync_code(), None, "{name}");
    }
    for (number, code) in [
        ("1060", RequestErrorCode::InvalidClientReference),
        ("1100", RequestErrorCode::UnsupportedChannel),
        ("1120", RequestErrorCode::InvalidSender),
        ("110", RequestErrorCode::InvalidRecipient),
        ("1140", RequestErrorCode::InvalidMessageType),
        ("1000", RequestErrorCode::Throttled),
        ("4242", RequestErrorCode::Other("4242".to_owned())),
    ] {
        let url = format!("https://developer.nexmo.com/api-errors/messages#{number}");
        assert_eq!(RequestErrorCode::from_type(&url, None), Some(code));
    }
    let other =
        RequestErrorCode::from_type("https://developer.vonage.com/api-errors#wrong-verb", None)
            .unwrap();
    assert_eq!(
        (other.http_status(), other.kind()),
        (Some(405), ErrorKind::Permanent)
    );
}

#[test]
fn an_error_is_read_back_from_its_own_type() {
    for code in RequestErrorCode::KNOWN {
        let written = ErrorObject::from_code(code, "why", "trace-1");
        assert_eq!(written.sync_code().as_ref(), Some(code));
        assert!(code.http_status().is_some() && code.kind() != ErrorKind::Unknown);
    }
}

#[test]
fn a_type_is_spelled_as_the_api_spells_it() {
    use RequestErrorCode as Code;

    for (code, suffix) in [
        (Code::Unauthorized, "/#unathorized"),
        (Code::Unprovisioned, "/#unprovisioned"),
        (Code::LowBalance, "/#low-balance"),
        (Code::NotFound, "#not-found"),
        (Code::InvalidJson, "#invalid-json"),
        (Code::InvalidRecipient, "/messages#110"),
        (Code::InvalidParams, "/messages#1150"),
        (Code::Unprocessable, "#unprocessable-entity"),
        (Code::Throttled, "/messages#1000"),
    ] {
        assert_eq!(
            code.type_url(),
            format!("https://developer.vonage.com/api-errors{suffix}")
        );
    }
}

#[test]
fn both_forms_of_the_refused_parameters_are_read() {
    let list = error("422_params").invalid_parameters.unwrap();
    assert_eq!(list.as_slice()[0].name.as_deref(), Some("image.url"));
    assert_eq!(list.as_slice().len(), 2);
    let single = error("400_object_form").invalid_parameters.unwrap();
    assert!(matches!(single, InvalidParameters::Single(_)));
    assert_eq!(single.as_slice()[0].name.as_deref(), Some("from"));
}

#[test]
fn problems_become_refused_parameters() {
    let refused = Message::from_value(json!({
        "channel": "sms", "message_type": "text", "from": "1", "to": "447700900000",
        "text": "Hi", "ttl": 1, "failover": [{"channel": "fax"}]
    }));
    let Err(DecodeError::Problems(problems)) = refused else {
        panic!("not refused")
    };
    let answer = ErrorObject::invalid_params(&problems, "trace-1");
    assert_eq!(answer.sync_code(), Some(RequestErrorCode::InvalidParams));
    let names: Vec<_> = answer
        .invalid_parameters
        .as_ref()
        .unwrap()
        .as_slice()
        .iter()
        .map(|parameter| parameter.name.as_deref().unwrap())
        .collect();
    assert!(
        names.contains(&"ttl") && names.contains(&"failover[0].channel"),
        "{names:?}"
    );
    assert_eq!(ErrorObject::from_slice(&answer.to_vec()).unwrap(), answer);
}

#[test]
fn every_code_is_explained() {
    let codes: Vec<_> = DeliveryErrorCode::known().collect();
    assert!(codes.is_sorted() && codes.len() == 73, "{}", codes.len());
    for code in &codes {
        let (label, meaning) = (code.label().unwrap(), code.meaning().unwrap());
        assert!(!label.is_empty() && meaning.ends_with('.'), "{code}");
        assert_ne!(code.kind(), ErrorKind::Unknown, "{code}");
    }
    // Codes for which the documentation recommends a retry.
    let documented: Vec<_> = codes
        .iter()
        .filter(|code| code.is_documented_retry())
        .map(|code| code.number())
        .collect();
    assert_eq!(documented, [1000, 1180, 1220, 1230, 1331]);
    let of = |kind| codes.iter().filter(|code| code.kind() == kind).count();
    assert_eq!(
        (
            of(ErrorKind::Retry),
            of(ErrorKind::RetryLater),
            of(ErrorKind::Configuration),
            of(ErrorKind::Permanent)
        ),
        (7, 5, 20, 41)
    );
    println!("error codes: {} explained", codes.len());
}

#[test]
fn codes_that_are_not_known_survive() {
    let code = DeliveryErrorCode::new(4242);
    assert_eq!(
        (code.label(), code.meaning(), code.kind()),
        (None, None, ErrorKind::Unknown)
    );
    assert_eq!(code.to_string().parse(), Ok(code));
}

#[test]
fn a_status_error_is_written_as_the_api_does() {
    let written = StatusError::from_code(DeliveryErrorCode::new(1360));
    let value = serde_json::to_value(&written).unwrap();
    assert_eq!(value["title"], "1360");
    assert_eq!(
        value["type"],
        "https://developer.vonage.com/api-errors/messages#1360"
    );
    assert_eq!(written.code(), Some(DeliveryErrorCode::new(1360)));
}
