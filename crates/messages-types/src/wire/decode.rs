//! The traits that every model implements, and their implementations for plain JSON.

use serde::ser::SerializeMap;
use serde_json::{Number, Value};

use super::{Context, Map};
use crate::problem::Rule;

/// Reads one JSON value.
pub(crate) trait Decode: Sized {
    /// The value, or the JSON exactly as it came when it does not fit. In strict mode a problem
    /// has then been reported.
    fn decode(value: Value, cx: &mut Context) -> Result<Self, Value>;
}

/// Reads some members of an object: what a type that is flattened into another one does.
pub(crate) trait Members: Sized {
    /// Takes its members out of `map`, or leaves all of them there.
    fn take(map: &mut Map, cx: &mut Context) -> Option<Self>;

    /// Writes its members.
    fn put<M: SerializeMap>(&self, out: &mut M) -> Result<(), M::Error>;

    /// Whether `key` is a member of this type and of no other.
    fn owns(key: &str) -> bool;

    /// Whether `key` is a member that this type reads, if not always.
    fn reads(key: &str) -> bool {
        Self::owns(key)
    }
}

/// Rules that span several members. Single values are valid by construction.
pub(crate) trait Check {
    /// Reports every rule that `self` breaks, from the current place of `cx` down.
    fn check(&self, cx: &mut Context) {
        let _ = cx;
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self, cx: &mut Context) {
        for (index, item) in self.iter().enumerate() {
            cx.at_index(index, |cx| item.check(cx));
        }
    }
}

impl<T: Check> Check for Box<T> {
    fn check(&self, cx: &mut Context) {
        (**self).check(cx);
    }
}

impl<T: Check> Check for Option<T> {
    fn check(&self, cx: &mut Context) {
        if let Some(value) = self {
            value.check(cx);
        }
    }
}

macro_rules! plain {
    ($($type:ty, $expected:literal, $pattern:pat => $value:expr;)*) => { $(
        impl Decode for $type {
            fn decode(value: Value, cx: &mut Context) -> Result<Self, Value> {
                match value {
                    $pattern => Ok($value),
                    other => {
                        cx.report(Rule::Type, $expected);
                        Err(other)
                    }
                }
            }
        }
        impl Check for $type {}
    )* };
}

plain! {
    String, "must be a string", Value::String(text) => text;
    bool, "must be true or false", Value::Bool(flag) => flag;
    Number, "must be a number", Value::Number(number) => number;
    Map, "must be an object", Value::Object(map) => map;
}

impl Decode for Value {
    fn decode(value: Value, _: &mut Context) -> Result<Self, Value> {
        Ok(value)
    }
}

impl Check for Value {}

impl Decode for u64 {
    fn decode(value: Value, cx: &mut Context) -> Result<Self, Value> {
        match value.as_u64() {
            // A float such as `600.0` is left alone: it could not be written back as it came.
            Some(number) => Ok(number),
            None => {
                cx.report(Rule::Type, "must be a whole number");
                Err(value)
            }
        }
    }
}

impl Check for u64 {}

impl<T: Decode> Decode for Box<T> {
    fn decode(value: Value, cx: &mut Context) -> Result<Self, Value> {
        T::decode(value, cx).map(Box::new)
    }
}

impl<T: Decode + serde::Serialize> Decode for Vec<T> {
    fn decode(value: Value, cx: &mut Context) -> Result<Self, Value> {
        let Value::Array(items) = value else {
            cx.report(Rule::Type, "must be an array");
            return Err(value);
        };
        let mut decoded = Vec::with_capacity(items.len());
        let mut unfit: Option<Vec<Value>> = None;
        for (index, item) in items.into_iter().enumerate() {
            let result = cx.at_index(index, |cx| T::decode(item, cx));
            match (&mut unfit, result) {
                (None, Ok(item)) => decoded.push(item),
                (None, Err(value)) => {
                    // One item does not fit: the array goes back as it came. The rest is still
                    // read, for its problems.
                    let mut values: Vec<Value> = decoded.drain(..).map(super::to_value).collect();
                    values.push(value);
                    unfit = Some(values);
                }
                (Some(values), Ok(item)) => values.push(super::to_value(item)),
                (Some(values), Err(value)) => values.push(value),
            }
        }
        match unfit {
            None => Ok(decoded),
            Some(values) => Err(Value::Array(values)),
        }
    }
}
