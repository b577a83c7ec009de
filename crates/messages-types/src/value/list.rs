//! Bounded lists.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::field::FieldType;
use crate::error::{Invalid, Rule};
use crate::wire::{Check, Context, Decode, Json, Mode, Redacted};

/// A list of `MIN` to `MAX` items, both included.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct List<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> List<T, MIN, MAX> {
    /// Creates a list of `items`.
    ///
    /// # Errors
    ///
    /// [`Rule::MinItems`] or [`Rule::MaxItems`] if there are too few or too many.
    pub fn new(items: impl IntoIterator<Item = T>) -> Result<Self, Invalid> {
        let items: Vec<T> = items.into_iter().collect();
        match Self::refusal(items.len()) {
            None => Ok(Self(items)),
            Some(invalid) => Err(invalid),
        }
    }

    /// As [`List::new`], for an array whose length is known to fit.
    pub(crate) fn of<const N: usize>(items: [T; N]) -> Self {
        const { assert!(MIN <= N && N <= MAX, "the array is too short or too long") };
        Self(items.into())
    }

    fn refusal(count: usize) -> Option<Invalid> {
        if count < MIN {
            let hint = format!("must have at least {MIN} items");
            Some(Invalid::new(Rule::MinItems(MIN), hint))
        } else if count > MAX {
            let hint = format!("must have at most {MAX} items");
            Some(Invalid::new(Rule::MaxItems(MAX), hint))
        } else {
            None
        }
    }
}

impl<T, const MIN: usize, const MAX: usize> Deref for List<T, MIN, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> TryFrom<Vec<T>> for List<T, MIN, MAX> {
    type Error = Invalid;

    fn try_from(items: Vec<T>) -> Result<Self, Self::Error> {
        Self::new(items)
    }
}

impl<T, const N: usize, const MIN: usize, const MAX: usize> TryFrom<[T; N]> for List<T, MIN, MAX> {
    type Error = Invalid;

    fn try_from(items: [T; N]) -> Result<Self, Self::Error> {
        Self::new(items)
    }
}

impl<T: fmt::Debug, const MIN: usize, const MAX: usize> fmt::Debug for List<T, MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl<T: Serialize, const MIN: usize, const MAX: usize> Serialize for List<T, MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: Decode + Serialize, const MIN: usize, const MAX: usize> Decode for List<T, MIN, MAX> {
    const MEMBERS: &'static [crate::Member] = T::MEMBERS;

    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        if let Json::Array(items) = &value
            && let Some(invalid) = Self::refusal(items.len())
        {
            cx.refuse(invalid);
            if !cx.is_strict() {
                return Err(value);
            }
        }
        Vec::decode(value, cx).map(Self)
    }
}

impl<T, const MIN: usize, const MAX: usize> FieldType for List<T, MIN, MAX> {
    type Error = Invalid;
}

impl<T: Check, const MIN: usize, const MAX: usize> Check for List<T, MIN, MAX> {
    const CAN_FAIL: bool = T::CAN_FAIL;

    fn check(&self, cx: &mut Context) {
        self.0.check(cx);
    }
}

impl<T: Redacted, const MIN: usize, const MAX: usize> Redacted for List<T, MIN, MAX> {
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.redacted(f)
    }
}

impl<'de, T: Decode + Check + Serialize, const MIN: usize, const MAX: usize> Deserialize<'de>
    for List<T, MIN, MAX>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::wire::deserialize(deserializer, Mode::Strict)
    }
}
