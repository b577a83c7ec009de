//! `wire_content!`: an enum whose tag stands in one member and whose value stands beside it.

/// Declares tagged content, flattened into the object that carries it.
///
/// ```text
/// outbound enum Name by "message_type" {
///     whole { Text(Type) = "text", }    the value reads the tag too, which may be absent
///     nested { Text(Type) = "text", }   the value is the member named like the tag
///     flat { Dial(Type) = "dial", }     the value is spread over the same object
///     unit { Reply = "reply", }         the tag alone
/// }
/// ```
///
/// An `inbound` enum has one more variant, `Unknown`, for a tag that is not listed or whose value
/// does not fit; the value then stays in the carrying object's `extra`.
macro_rules! wire_content {
    ($(#[$meta:meta])* outbound enum $name:ident by $tag:literal { $($body:tt)* }) => {
        crate::wire::wire_content! { @body [$(#[$meta])*] $name $tag [] $($body)* }
    };
    ($(#[$meta:meta])* inbound enum $name:ident by $tag:literal { $($body:tt)* }) => {
        crate::wire::wire_content! { @body [$(#[$meta])*] $name $tag [Unknown] $($body)* }
    };

    (@body [$($meta:tt)*] $name:ident $tag:literal [$($unknown:ident)?]
        $( whole { $( $(#[$wmeta:meta])* $whole:ident($wty:ty) = $wtag:literal, )* } )?
        $( nested { $( $(#[$nmeta:meta])* $nested:ident($nty:ty) = $ntag:literal, )* } )?
        $( flat { $( $(#[$fmeta:meta])* $flat:ident($fty:ty) = $ftag:literal, )* } )?
        $( unit { $( $(#[$umeta:meta])* $unit:ident = $utag:literal, )* } )?
    ) => {
        $($meta)*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($( $(#[$wmeta])* $whole($wty), )*)?
            $($( $(#[$nmeta])* $nested($nty), )*)?
            $($( $(#[$fmeta])* $flat($fty), )*)?
            $($( $(#[$umeta])* $unit, )*)?
            $(
                /// A type that this version does not know, or one whose content is not as
                /// documented. Holds the type's name; the content is in the carrying object's `extra`.
                $unknown(String),
            )?
        }

        impl $name {
            /// Without a usable tag nobody can tell which of the values is in its place.
            fn settle_values(map: &crate::wire::Object<'_>, cx: &mut crate::wire::Context) {
                for key in map.keys() {
                    let value = false
                        $($( || key == $ntag )*)?
                        $($( || <$fty as crate::wire::Members>::owns(key) )*)?;
                    if value {
                        cx.settle(key);
                    }
                }
            }

            /// The type's name, as it is written on the wire.
            #[must_use]
            pub fn type_name(&self) -> &str {
                match self {
                    $($( Self::$whole(_) => $wtag, )*)?
                    $($( Self::$nested(_) => $ntag, )*)?
                    $($( Self::$flat(_) => $ftag, )*)?
                    $($( Self::$unit => $utag, )*)?
                    $( Self::$unknown(name) => name, )?
                }
            }
        }

        impl crate::wire::Members for $name {
            fn take(
                map: &mut crate::wire::Object<'_>,
                cx: &mut crate::wire::Context,
            ) -> Option<Self> {
                $($( if let Some(taken) = <$wty as crate::wire::Members>::take(map, cx) {
                    return Some(Self::$whole(taken));
                } )*)?
                let Some(crate::wire::Json::String(tag)) = map.get($tag) else {
                    let (rule, hint) = match map.get($tag) {
                        None | Some(crate::wire::Json::Null) => {
                            (crate::Rule::Required, "is required")
                        }
                        Some(_) => (crate::Rule::Type, "must be a string"),
                    };
                    cx.report_at($tag, rule, hint);
                    Self::settle_values(map, cx);
                    return None;
                };
                let taken = match tag.as_ref() {
                    $($( $ntag => cx.required::<$nty>(map, $ntag).map(Self::$nested), )*)?
                    $($( $ftag => <$fty as crate::wire::Members>::take(map, cx).map(Self::$flat), )*)?
                    $($( $utag => Some(Self::$unit), )*)?
                    _ => {
                        cx.report_at(
                            $tag,
                            crate::Rule::OneOf,
                            concat!(
                                "must be one of:"
                                $($(, " ", $ntag)*)? $($(, " ", $ftag)*)? $($(, " ", $utag)*)?
                            ),
                        );
                        Self::settle_values(map, cx);
                        None
                    }
                };
                $( let taken = taken.or_else(|| match map.get($tag) {
                    Some(crate::wire::Json::String(tag)) => Some(Self::$unknown(tag.as_ref().to_owned())),
                    _ => None,
                }); )?
                if taken.is_some() {
                    map.remove($tag);
                }
                taken
            }

            fn put<M: serde::ser::SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
                match self {
                    $($( Self::$whole(value) => crate::wire::Members::put(value, out), )*)?
                    $($( Self::$nested(value) => {
                        out.serialize_entry($tag, $ntag)?;
                        out.serialize_entry($ntag, value)
                    } )*)?
                    $($( Self::$flat(value) => {
                        out.serialize_entry($tag, $ftag)?;
                        crate::wire::Members::put(value, out)
                    } )*)?
                    $($( Self::$unit => out.serialize_entry($tag, $utag), )*)?
                    $( Self::$unknown(name) => out.serialize_entry($tag, name), )?
                }
            }

            fn reads(key: &str) -> bool {
                key == $tag $($( || key == $ntag )*)? $($( || <$fty as crate::wire::Members>::reads(key) )*)?
            }

            fn owns(key: &str) -> bool {
                // Only the tag: another type's member beside this one is what `elsewhere` is for.
                key == $tag
            }
        }

        impl crate::wire::Check for $name {
            fn check(&self, cx: &mut crate::wire::Context) {
                let _ = &cx;
                match self {
                    $($( Self::$whole(value) => crate::wire::Check::check(value, cx), )*)?
                    $($( Self::$nested(value) => {
                        cx.check($ntag, value);
                    } )*)?
                    $($( Self::$flat(value) => crate::wire::Check::check(value, cx), )*)?
                    $($( Self::$unit => {} )*)?
                    $( Self::$unknown(_) => {} )?
                }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $($( Self::$whole(value) => {
                        f.debug_tuple(stringify!($whole)).field(&crate::wire::Show(value)).finish()
                    } )*)?
                    $($( Self::$nested(value) => {
                        f.debug_tuple(stringify!($nested)).field(&crate::wire::Show(value)).finish()
                    } )*)?
                    $($( Self::$flat(value) => {
                        f.debug_tuple(stringify!($flat)).field(&crate::wire::Show(value)).finish()
                    } )*)?
                    $($( Self::$unit => f.write_str(stringify!($unit)), )*)?
                    $( Self::$unknown(name) => {
                        f.debug_tuple("Unknown").field(&crate::wire::Show(name)).finish()
                    } )?
                }
            }
        }

        impl crate::wire::Redacted for $name {
            fn redacted(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }
        }
    };
}
pub(crate) use wire_content;
