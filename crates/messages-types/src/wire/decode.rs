//! Traits implemented by every model, with implementations for plain JSON.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde_json::{Map, Number, Value};

use super::{Context, Json, Member, Mode, Object};
use crate::error::Invalid;

/// Reads one JSON value.
pub(crate) trait Decode: Sized {
    /// The fields of the value, if it is an object or an array of objects.
    const MEMBERS: &'static [Member] = &[];

    /// Returns the value, or the unchanged JSON if it does not fit. In strict mode a problem
    /// has then been reported.
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>>;
}

/// Reads a string, without an allocation if the caller needs none.
pub(crate) fn text<'a>(value: Json<'a>, cx: &mut Context) -> Result<Cow<'a, str>, Json<'a>> {
    match value {
        Json::String(text) => Ok(text),
        other => cx.unfit(other, "must be a string"),
    }
}

/// Reads a string that must be in a list.
pub(crate) fn choice<'a, T>(value: Json<'a>, cx: &mut Context) -> Result<T, Json<'a>>
where
    T: std::str::FromStr<Err = Invalid>,
{
    let Some(text) = value.as_str() else {
        return cx.unfit(value, "must be a string");
    };
    text.parse().map_err(|invalid| {
        cx.refuse(invalid);
        value
    })
}

/// Reads the fields of a type that is flattened into an object.
pub(crate) trait Members: Sized {
    /// Mode: strict if the type is sent, open if it is received.
    const MODE: Mode;

    /// Fields the type reads.
    const MEMBERS: &'static [Member];

    /// Removes its fields from `map`, or leaves all of them there.
    fn take(map: &mut Object<'_>, cx: &mut Context) -> Option<Self>;

    /// Writes its fields.
    fn put<M: SerializeMap>(&self, out: &mut M) -> Result<(), M::Error>;

    /// Returns `true` if `key` is a field of this type and of no other.
    fn owns(key: &str) -> bool;

    /// Returns `true` if this type reads the field `key`, possibly only in some values.
    fn reads(key: &str) -> bool {
        Self::owns(key)
    }
}

/// Rules over several fields. Single values are valid by construction.
pub(crate) trait Check {
    /// `true` if a value can break a rule: types checked on construction cannot. [`Context::check`] calls `check` only then.
    const CAN_FAIL: bool = false;

    /// Reports all rules that `self` breaks, from the current place of `cx` down.
    fn check(&self, cx: &mut Context) {
        let _ = cx;
    }
}

impl Check for String {}
impl Check for bool {}
impl Check for u64 {}
impl Check for Number {}
impl Check for Value {}
impl Check for Map<String, Value> {}

impl<T: Check> Check for Vec<T> {
    const CAN_FAIL: bool = T::CAN_FAIL;

    fn check(&self, cx: &mut Context) {
        for (index, item) in self.iter().enumerate() {
            cx.at_index(index, |cx| item.check(cx));
        }
    }
}

impl<T: Check> Check for Box<T> {
    const CAN_FAIL: bool = T::CAN_FAIL;

    fn check(&self, cx: &mut Context) {
        (**self).check(cx);
    }
}

impl<T: Check> Check for Option<T> {
    const CAN_FAIL: bool = T::CAN_FAIL;

    fn check(&self, cx: &mut Context) {
        if let Some(value) = self {
            value.check(cx);
        }
    }
}

impl Decode for String {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        text(value, cx).map(Cow::into_owned)
    }
}

impl Decode for bool {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match value {
            Json::Bool(flag) => Ok(flag),
            other => cx.unfit(other, "must be true or false"),
        }
    }
}

impl Decode for Number {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match value {
            Json::Number(number) => Ok(number),
            other => cx.unfit(other, "must be a number"),
        }
    }
}

impl Decode for Map<String, Value> {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match value {
            Json::Object(object) => Ok(object.into()),
            other => cx.unfit(other, "must be an object"),
        }
    }
}

impl Decode for Value {
    fn decode<'a>(value: Json<'a>, _: &mut Context) -> Result<Self, Json<'a>> {
        Ok(value.into())
    }
}

impl Decode for u64 {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match value.as_u64() {
            // A float such as `600.0` is not converted: it would be written differently.
            Some(number) => Ok(number),
            None => cx.unfit(value, "must be a whole number"),
        }
    }
}

impl<T: Decode> Decode for Box<T> {
    const MEMBERS: &'static [Member] = T::MEMBERS;

    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        T::decode(value, cx).map(Box::new)
    }
}

impl<T: Decode + serde::Serialize> Decode for Vec<T> {
    const MEMBERS: &'static [Member] = T::MEMBERS;

    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        let Json::Array(items) = value else {
            return cx.unfit(value, "must be an array");
        };
        let mut decoded = Vec::with_capacity(items.len());
        let mut unfit: Option<Vec<Json<'a>>> = None;
        for (index, item) in items.into_iter().enumerate() {
            let result = cx.at_index(index, |cx| T::decode(item, cx));
            match (&mut unfit, result) {
                (None, Ok(item)) => decoded.push(item),
                (None, Err(value)) => {
                    // One item does not fit: the array is returned unchanged. The rest is still
                    // read, for its problems.
                    let read = decoded.drain(..).map(super::to_value);
                    let mut values: Vec<Json<'a>> = read.map(Json::from).collect();
                    values.push(value);
                    unfit = Some(values);
                }
                (Some(values), Ok(item)) => values.push(super::to_value(item).into()),
                (Some(values), Err(value)) => values.push(value),
            }
        }
        match unfit {
            None => Ok(decoded),
            Some(values) => Err(Json::Array(values)),
        }
    }
}
