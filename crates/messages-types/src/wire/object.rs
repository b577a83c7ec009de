//! Objects: the fields of a type, and the remaining ones.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::{Context, Json, Members, Object, Tables, to_value};
use crate::Extra;

/// Reads an object: returns the value of the type and the remaining fields.
pub(crate) fn object<'a, T: Members>(
    value: Json<'a>,
    cx: &mut Context,
    misplaced: Tables,
) -> Result<(T, Extra), Json<'a>> {
    let Json::Object(mut map) = value else {
        return cx.unfit(value, "must be an object");
    };
    let taken = cx.object(|cx| {
        let taken = T::take(&mut map, cx);
        cx.leftover(&map, T::owns, misplaced);
        taken
    });
    match taken {
        Some(object) => Ok((object, Extra::from(map))),
        None => Err(Json::Object(map)),
    }
}

/// Reads an object of this type alone, which has no place for other fields.
pub(crate) fn object_without_extra<'a, T: Members>(
    value: Json<'a>,
    cx: &mut Context,
) -> Result<T, Json<'a>> {
    let Json::Object(mut map) = value else {
        return cx.unfit(value, "must be an object");
    };
    let taken = cx.object(|cx| {
        let taken = T::take(&mut map, cx);
        cx.refuse_leftover(&map, T::owns);
        taken
    });
    match taken {
        Some(object) if map.is_empty() => Ok(object),
        taken => {
            restore_members(&mut map, taken, cx);
            Err(Json::Object(map))
        }
    }
}

/// Puts a field back that was read before another one turned out to be missing.
pub(crate) fn restore<T: Serialize>(
    map: &mut Object<'_>,
    key: &'static str,
    taken: Option<T>,
    cx: &mut Context,
) {
    if let Some(value) = taken {
        cx.mark_known(key);
        map.insert(key, to_value(value).into());
    }
}

/// Like [`restore`], for a flattened type.
pub(crate) fn restore_members<T: Members>(
    map: &mut Object<'_>,
    taken: Option<T>,
    cx: &mut Context,
) {
    struct Alone<T>(T);
    impl<T: Members> Serialize for Alone<T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut out = serializer.serialize_map(None)?;
            self.0.put(&mut out)?;
            out.end()
        }
    }
    if let Some(Value::Object(members)) = taken.map(|members| to_value(Alone(members))) {
        for (key, value) in members {
            cx.mark_known(&key);
            map.insert(key, value.into());
        }
    }
}
