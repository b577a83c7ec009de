//! `wire_object!`: a JSON object as a struct.

/// Declares a JSON object. The field list is the only description of the object: reading,
/// writing, `Debug` and (for outbound objects) setters and validation are derived from it.
///
/// ```text
/// outbound struct Name {
///     constants { "channel" = "sms"; }         members with one possible value
///     required { field: Type = "key", }        constructor arguments
///     flatten { field: Type, }                 types that read several members of this object
///     optional { field: Type = "key", }        `Option` fields with a by-value setter
///     elsewhere LIST;                          known members that are refused here
///     rules function(field; field);            what must be seen together
/// }
/// ```
///
/// A rule gets the required and flattened fields before the semicolon as `&T` and the optional
/// ones behind it as `Option<&T>`; it runs as soon as it has those, whatever else is wrong with
/// the object. `outbound new` adds a constructor that checks its arguments, `passed` one that
/// takes what the API hands on unchecked.
/// `inbound` objects have no setters and no rules, but a constructor with their required and
/// flattened members. `members` are flattened into other objects and leave what they do not hold
/// to them.
macro_rules! wire_object {
    ($(#[$meta:meta])* outbound struct $name:ident { $($body:tt)* }) => {
        crate::wire::wire_object! { @body [$(#[$meta])*] $name
            [
                /// Members that this type does not know; they are written as they are.
                pub extra: crate::Extra,
            ] [extra: crate::Extra::default(),] [extra]
            $($body)*
        }
        crate::wire::wire_object! { @setters $name [extra: crate::Extra::default(),] $($body)* }
        crate::wire::wire_object! { @check $name $($body)* }
        crate::wire::wire_object! { @decode $name $($body)* }
    };
    ($(#[$meta:meta])* outbound new struct $name:ident { $($body:tt)* }) => {
        crate::wire::wire_object! { $(#[$meta])* outbound struct $name { $($body)* } }
        crate::wire::wire_object! { @checked_new $name $($body)* }
    };
    ($(#[$meta:meta])* outbound members struct $name:ident { $($body:tt)* }) => {
        crate::wire::wire_object! { $(#[$meta])* members struct $name { $($body)* } }
        crate::wire::wire_object! { @setters $name [] $($body)* }
    };
    ($(#[$meta:meta])* outbound new members struct $name:ident { $($body:tt)* }) => {
        crate::wire::wire_object! { $(#[$meta])* outbound members struct $name { $($body)* } }
        crate::wire::wire_object! { @checked_new $name $($body)* }
    };
    ($(#[$meta:meta])* passed struct $name:ident { $($body:tt)* }) => {
        crate::wire::wire_object! { $(#[$meta])* outbound struct $name { $($body)* } }
        crate::wire::wire_object! { @new $name $($body)* }
    };
    ($(#[$meta:meta])* inbound struct $name:ident { $($body:tt)* }) => {
        crate::wire::wire_object! { @body [$(#[$meta])*] $name
            [
                /// Members that this type does not hold, as they came.
                pub extra: crate::Extra,
            ] [extra: crate::Extra::default(),] [extra]
            $($body)*
        }
        impl crate::wire::Check for $name {}
        crate::wire::wire_object! { @new $name $($body)* }
        crate::wire::wire_object! { @decode $name $($body)* }
    };
    ($(#[$meta:meta])* members struct $name:ident { $($body:tt)* }) => {
        crate::wire::wire_object! { @body [$(#[$meta])*] $name [] [] [] $($body)* }
        crate::wire::wire_object! { @check $name $($body)* }
    };

    (@body [$($meta:tt)*] $name:ident [$($extra_field:tt)*] [$($extra_init:tt)*] [$($extra:ident)?]
        $( constants { $( $ckey:literal = $cval:literal; )* } )?
        $( required { $( $(#[$rmeta:meta])* $rname:ident: $rty:ty = $rkey:literal, )* } )?
        $( flatten { $( $(#[$fmeta:meta])* $fname:ident: $fty:ty, )* } )?
        $( optional { $( $(#[$ometa:meta])* $oname:ident: $oty:ty = $okey:literal, )* } )?
        $( elsewhere $elsewhere:expr; )?
        $( rules $rules:ident($($whole:ident),*; $($part:ident),*); )?
    ) => {
        $($meta)*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($( $(#[$rmeta])* pub $rname: $rty, )*)?
            $($( $(#[$fmeta])* pub $fname: $fty, )*)?
            $($( $(#[$ometa])* pub $oname: Option<$oty>, )*)?
            $($extra_field)*
        }

        impl crate::wire::Members for $name {
            fn take(
                map: &mut crate::wire::Object<'_>,
                cx: &mut crate::wire::Context,
            ) -> Option<Self> {
                $($( let mut $rname: Option<crate::wire::Json<'_>> = None; )*)?
                $($( let mut $oname: Option<crate::wire::Json<'_>> = None; )*)?
                // One pass sorts the members: searching the map for each field takes longer than reading the JSON.
                #[allow(unused_variables)]
                map.retain(|key, value| match key {
                    $($( $rkey => {
                        $rname = Some(std::mem::take(value));
                        false
                    } )*)?
                    // What a flattened type may want is its own to take first.
                    $($( key if <$fty as crate::wire::Members>::reads(key) => true, )*)?
                    $($( $okey => {
                        $oname = Some(std::mem::take(value));
                        false
                    } )*)?
                    _ => true,
                });
                let constants = true $($( & cx.constant(map, $ckey, $cval) )*)?;
                $($( let $rname = cx.required_value::<$rty>($rname, map, $rkey); )*)?
                $($( let $fname = <$fty as crate::wire::Members>::take(map, cx); )*)?
                $($(
                    let $oname = match $oname {
                        None if !map.is_empty() => map.remove($okey),
                        value => value,
                    };
                    let $oname = cx.optional_value::<$oty>($oname, map, $okey);
                )*)?
                $(
                    // Without fields before the semicolon the pattern is `()`.
                    #[allow(irrefutable_let_patterns)]
                    if let ($(Some($whole),)*) = ($($whole.as_ref(),)*) {
                        $rules($($whole,)* $($part.as_ref(),)* cx);
                    }
                )?
                if constants $($( && $rname.is_some() )*)? $($( && $fname.is_some() )*)? {
                    $($( map.remove($ckey); )*)?
                    return Some(Self {
                        $($( $rname: $rname?, )*)?
                        $($( $fname: $fname?, )*)?
                        $($( $oname, )*)?
                        $($extra_init)*
                    });
                }
                $($( crate::wire::restore(map, $rkey, $rname, cx); )*)?
                $($( crate::wire::restore_members(map, $fname, cx); )*)?
                $($( crate::wire::restore(map, $okey, $oname, cx); )*)?
                None
            }

            fn put<M: serde::ser::SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
                $($( out.serialize_entry($ckey, $cval)?; )*)?
                $($( out.serialize_entry($rkey, &self.$rname)?; )*)?
                $($( crate::wire::Members::put(&self.$fname, out)?; )*)?
                $($( if let Some(value) = &self.$oname { out.serialize_entry($okey, value)?; } )*)?
                $( for (key, value) in &self.$extra { out.serialize_entry(key, value)?; } )?
                Ok(())
            }

            fn owns(key: &str) -> bool {
                let _ = key;
                false
                    $($( || key == $ckey )*)?
                    $($( || key == $rkey )*)?
                    $($( || <$fty as crate::wire::Members>::owns(key) )*)?
                    $($( || key == $okey )*)?
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut shown = f.debug_struct(stringify!($name));
                $($( shown.field(stringify!($rname), &crate::wire::Show(&self.$rname)); )*)?
                $($( shown.field(stringify!($fname), &crate::wire::Show(&self.$fname)); )*)?
                $($( if let Some(value) = &self.$oname {
                    shown.field(stringify!($oname), &crate::wire::Show(value));
                } )*)?
                $( if !self.$extra.is_empty() { shown.field("extra", &self.$extra); } )?
                shown.finish()
            }
        }

        impl crate::wire::Redacted for $name {
            fn redacted(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut out = serializer.serialize_map(None)?;
                crate::wire::Members::put(self, &mut out)?;
                serde::ser::SerializeMap::end(out)
            }
        }
    };

    (@new $name:ident
        $( constants { $( $ckey:literal = $cval:literal; )* } )?
        required { $( $(#[$rmeta:meta])* $rname:ident: $rty:ty = $rkey:literal, )* }
        $( flatten { $( $(#[$fmeta:meta])* $fname:ident: $fty:ty, )* } )?
        $( optional { $( $(#[$ometa:meta])* $oname:ident: $oty:ty = $okey:literal, )* } )?
        $( elsewhere $elsewhere:expr; )?
    ) => {
        impl $name {
            /// The object with the members that every one has; the others are absent.
            #[must_use]
            pub fn new($( $rname: impl Into<$rty>, )* $($( $fname: impl Into<$fty>, )*)?) -> Self {
                Self {
                    $( $rname: $rname.into(), )*
                    $($( $fname: $fname.into(), )*)?
                    $($( $oname: None, )*)?
                    extra: crate::Extra::default(),
                }
            }
        }
    };
    (@new $name:ident $($body:tt)*) => {};

    (@setters $name:ident [$($extra_init:tt)*]
        $( constants { $( $ckey:literal = $cval:literal; )* } )?
        $( required { $( $(#[$rmeta:meta])* $rname:ident: $rty:ty = $rkey:literal, )* } )?
        $( flatten { $( $(#[$fmeta:meta])* $fname:ident: $fty:ty, )* } )?
        $( optional { $( $(#[$ometa:meta])* $oname:ident: $oty:ty = $okey:literal, )* } )?
        $( elsewhere $elsewhere:expr; )?
        $( rules $rules:ident($($whole:ident),*; $($part:ident),*); )?
    ) => {
        impl $name {
            /// What is required, and nothing else.
            // Objects without required fields are `Default` instead.
            #[allow(dead_code)]
            pub(crate) fn bare($($( $rname: $rty, )*)? $($( $fname: $fty, )*)?) -> Self {
                Self {
                    $($( $rname, )*)?
                    $($( $fname, )*)?
                    $($( $oname: None, )*)?
                    $($extra_init)*
                }
            }

            $($(
                $(#[$ometa])*
                #[must_use]
                pub fn $oname(mut self, $oname: $oty) -> Self {
                    self.$oname = Some($oname);
                    self
                }
            )*)?
        }
    };

    (@checked_new $name:ident
        $( constants { $( $ckey:literal = $cval:literal; )* } )?
        required { $( $(#[$rmeta:meta])* $rname:ident: $rty:ty = $rkey:literal, )* }
        $( optional { $( $(#[$ometa:meta])* $oname:ident: $oty:ty = $okey:literal, )* } )?
        $( elsewhere $elsewhere:expr; )?
        $( rules $rules:ident($($whole:ident),*; $($part:ident),*); )?
    ) => {
        impl $name {
            /// What is required, and nothing else.
            ///
            /// # Errors
            ///
            /// All arguments that break a rule, each by its JSON pointer within this object.
            pub fn new($( $rname: impl crate::Field<$rty> ),*) -> Result<Self, crate::Problems> {
                let mut fields = crate::value::Fields::default();
                $( let $rname = fields.take(concat!("/", $rkey), $rname); )*
                let built = match ($( $rname, )*) {
                    ($( Some($rname), )*) => Some(Self::bare($( $rname ),*)),
                    _ => None,
                };
                fields.build(built)
            }
        }
    };

    (@check $name:ident
        $( constants { $( $ckey:literal = $cval:literal; )* } )?
        $( required { $( $(#[$rmeta:meta])* $rname:ident: $rty:ty = $rkey:literal, )* } )?
        $( flatten { $( $(#[$fmeta:meta])* $fname:ident: $fty:ty, )* } )?
        $( optional { $( $(#[$ometa:meta])* $oname:ident: $oty:ty = $okey:literal, )* } )?
        $( elsewhere $elsewhere:expr; )?
        $( rules $rules:ident($($whole:ident),*; $($part:ident),*); )?
    ) => {
        impl crate::wire::Check for $name {
            fn check(&self, cx: &mut crate::wire::Context) {
                let _ = &cx;
                $($( cx.check($rkey, &self.$rname); )*)?
                $($( crate::wire::Check::check(&self.$fname, cx); )*)?
                $($( if let Some(value) = &self.$oname {
                    cx.check($okey, value);
                } )*)?
                $( $rules($(&self.$whole,)* $(self.$part.as_ref(),)* cx); )?
            }
        }
    };

    (@decode $name:ident
        $( constants { $( $ckey:literal = $cval:literal; )* } )?
        $( required { $( $(#[$rmeta:meta])* $rname:ident: $rty:ty = $rkey:literal, )* } )?
        $( flatten { $( $(#[$fmeta:meta])* $fname:ident: $fty:ty, )* } )?
        $( optional { $( $(#[$ometa:meta])* $oname:ident: $oty:ty = $okey:literal, )* } )?
        $( elsewhere $elsewhere:expr; )?
        $( rules $rules:ident($($whole:ident),*; $($part:ident),*); )?
    ) => {
        impl crate::wire::Decode for $name {
            fn decode<'a>(
                value: crate::wire::Json<'a>,
                cx: &mut crate::wire::Context,
            ) -> Result<Self, crate::wire::Json<'a>> {
                #[allow(unused_mut, unused_assignments)]
                let mut elsewhere: &'static [&'static str] = &[];
                $( elsewhere = $elsewhere; )?
                crate::wire::object::<Self>(value, cx, elsewhere).map(|(mut object, rest)| {
                    object.extra = rest;
                    object
                })
            }
        }
    };
}
pub(crate) use wire_object;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::{Context, Json, Members, Object, to_value};
use crate::Extra;
use crate::problem::Rule;

/// Reads an object: the type takes what it holds, and the rest comes back beside it.
pub(crate) fn object<'a, T: Members>(
    value: Json<'a>,
    cx: &mut Context,
    elsewhere: &'static [&'static str],
) -> Result<(T, Extra), Json<'a>> {
    let Json::Object(mut map) = value else {
        cx.report(Rule::Type, "must be an object");
        return Err(value);
    };
    let taken = cx.object(|cx| {
        let taken = T::take(&mut map, cx);
        cx.leftover(&map, T::owns, elsewhere);
        taken
    });
    match taken {
        Some(object) => Ok((object, Extra::from(map))),
        None => Err(Json::Object(map)),
    }
}

/// Puts a member back that was taken before another one turned out to be missing.
pub(crate) fn restore<T: Serialize>(
    map: &mut Object<'_>,
    key: &'static str,
    taken: Option<T>,
    cx: &mut Context,
) {
    if let Some(value) = taken {
        cx.settle(key);
        map.insert(key, to_value(value).into());
    }
}

/// As [`restore`], for a flattened type.
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
            cx.settle(&key);
            map.insert(key, value.into());
        }
    }
}
