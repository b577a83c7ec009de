//! Tells the place and the rule of a value that has another shape than it should, without the value: it may be a phone
//! number or a text.

use std::fmt::{self, Display};

use serde::de::value::{
    MapAccessDeserializer, MapDeserializer, SeqDeserializer, StringDeserializer,
};
use serde::de::{DeserializeOwned, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// The field of `value` that a `T` cannot have, and the rule for it.
pub(super) fn fault<T: DeserializeOwned>(value: Value) -> String {
    match serde_path_to_error::deserialize::<_, T>(Node(value)) {
        Err(error) => match error.path().to_string().as_str() {
            "." => error.inner().to_string(),
            path => format!("`{path}`: {}", error.inner()),
        },
        // A tree has each field once.
        Ok(_) => "a field is given twice".to_owned(),
    }
}

/// The rule that a value does not meet.
#[derive(Debug)]
struct Fault(String);

impl Fault {
    fn expected(found: &str, expected: &dyn Expected) -> Self {
        match expected.to_string().as_str() {
            "u8" | "u16" | "u32" | "u64" | "usize" => {
                Self(format!("must be a whole number from 0, not {found}"))
            }
            expected => Self(format!("must be {expected}, not {found}")),
        }
    }

    fn one_of(what: &str, allowed: &[&str]) -> Self {
        let allowed: Vec<_> = allowed.iter().map(|name| format!("`{name}`")).collect();
        Self(format!("{what}; allowed are {}", allowed.join(", ")))
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    /// The text may quote the value.
    fn custom<T: Display>(_: T) -> Self {
        Self("is not a valid value".to_owned())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(kind(&found), expected)
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected("this value", expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::expected(&format!("{length} values"), expected)
    }

    fn unknown_variant(_: &str, allowed: &'static [&'static str]) -> Self {
        Self::one_of("unknown value", allowed)
    }

    fn unknown_field(_: &str, allowed: &'static [&'static str]) -> Self {
        Self::one_of("unknown field", allowed)
    }

    fn missing_field(field: &'static str) -> Self {
        Self(format!("the field `{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self(format!("the field `{field}` is given twice"))
    }
}

fn kind(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a Boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Str(_) | Unexpected::Char(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "an array",
        Unexpected::Map => "an object",
        _ => "this value",
    }
}

/// A value whose errors keep their parts, unlike those of `serde_json`.
struct Node(Value);

impl<'de> IntoDeserializer<'de, Fault> for Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

type Members<'de> = MapDeserializer<'de, Box<dyn Iterator<Item = (String, Node)>>, Fault>;

fn members<'de>(object: serde_json::Map<String, Value>) -> Members<'de> {
    MapDeserializer::new(Box::new(
        object.into_iter().map(|(key, value)| (key, Node(value))),
    ))
}

impl<'de> Deserializer<'de> for Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::INFINITY)),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => {
                SeqDeserializer::new(items.into_iter().map(Node)).deserialize_any(visitor)
            }
            Value::Object(object) => members(object).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Value::String(text) => {
                StringDeserializer::new(text).deserialize_enum(name, variants, visitor)
            }
            Value::Object(object) if object.len() == 1 => {
                MapAccessDeserializer::new(members(object))
                    .deserialize_enum(name, variants, visitor)
            }
            _ => Err(Fault::one_of(
                "must be a name or an object with one field",
                variants,
            )),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::Rule;

    #[test]
    fn the_place_and_the_rule_are_named_and_the_value_is_not() {
        for (rule, told) in [
            (
                json!({"when": {"to": 447_700_900_000_u64}, "then": "read"}),
                "`when.to`: must be a string, not a number",
            ),
            (
                json!({"when": {"too": "4477"}, "then": "read"}),
                "`when.too`: unknown field; allowed are",
            ),
            (
                json!({"then": "447700900000"}),
                "`then`: unknown value; allowed are",
            ),
            (
                json!({"then": {"reject": {"code": "4477"}}}),
                "`then.reject.code`: must be a whole number from 0, not a string",
            ),
            (
                json!({"then": {"read": 1, "reject": 2}}),
                "`then`: must be a name or an object with one field",
            ),
            (
                json!({"then": 4477}),
                "`then`: must be a name or an object with one field",
            ),
            (
                json!({"when": {"nth": -4477}, "then": "read"}),
                "`when.nth`: must be",
            ),
            (json!({}), "the field `then` is missing"),
            (json!("4477"), "must be struct Rule, not a string"),
            (json!(null), "must be struct Rule, not null"),
        ] {
            let fault = fault::<Rule>(rule);
            assert!(fault.starts_with(told), "{fault}");
            assert!(!fault.contains("4477"), "{fault}");
        }
    }
}
