//! Reading JSON from any deserializer, as `serde_json::Value` does, but borrowing.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{I128Deserializer, U128Deserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{Json, Object};

/// Prefix of the names with which `serde_json` passes arbitrary-precision numbers and raw JSON
/// through serde: as an object with one such field, if a feature is enabled, possibly by a user's
/// other dependencies.
const PRIVATE: &str = "$serde_json::private::";

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<Json<'de>, E> {
        Number::deserialize(I128Deserializer::new(number)).map(Json::Number)
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Json<'de>, E> {
        Number::deserialize(U128Deserializer::new(number)).map(Json::Number)
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Borrowed(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(text)))
    }

    fn visit_none<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        Json::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json<'de>, A::Error> {
        let mut object = Object::default();
        while let Some(Name(name)) = access.next_key()? {
            if object.is_empty() && name.starts_with(PRIVATE) {
                return private(name.into_owned(), access);
            }
            object.insert(name, access.next_value()?);
        }
        Ok(Json::Object(object))
    }
}

/// Reads an object whose first name is private to `serde_json`: only that crate can decide, by its
/// features, if it is a number or raw JSON.
fn private<'de, A: MapAccess<'de>>(name: String, mut access: A) -> Result<Json<'de>, A::Error> {
    let mut members = Map::new();
    members.insert(name, access.next_value()?);
    while let Some((name, value)) = access.next_entry()? {
        members.insert(name, value);
    }
    serde_json::from_value::<Value>(Value::Object(members))
        .map(Json::from)
        .map_err(A::Error::custom)
}

/// Name of a field, borrowed if it needs no unescaping. (serde's own `Cow` never borrows.)
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string key")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_string<E>(self, name: String) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name)))
    }
}
