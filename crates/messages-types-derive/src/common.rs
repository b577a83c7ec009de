//! Implementations shared by several kinds of types.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, GenericArgument, Ident, LitStr, PathArguments, Type};

use crate::attr::{Mode, TypeAttrs};

/// Generates `Redacted` by the type's own `Debug`.
pub(crate) fn redacted_by_debug(name: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl crate::wire::Redacted for #name {
            fn redacted(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(self, f)
            }
        }
    }
}

/// Generates the mode as an expression.
pub(crate) fn mode_path(mode: Mode) -> TokenStream {
    match mode {
        Mode::Strict => quote!(crate::wire::Mode::Strict),
        Mode::Open => quote!(crate::wire::Mode::Open),
    }
}

/// Generates `Deserialize` by means of `Decode`, `FieldType`, and for a document `Document` and, if it is sent, `validate`.
pub(crate) fn deserialize(name: &Ident, attrs: &TypeAttrs, mode: Mode) -> TokenStream {
    let validate = (attrs.document && mode == Mode::Strict).then(|| {
        quote! {
            #[automatically_derived]
            impl #name {
                /// Checks the rules over several fields. Single values are valid by construction, and a decoded document
                /// has been checked already.
                ///
                /// # Errors
                ///
                /// *All* problems, each with its JSON pointer.
                pub fn validate(&self) -> Result<(), crate::Problems> {
                    crate::wire::validate(self)
                }
            }
        }
    });
    let mode = mode_path(mode);
    let document = attrs.document.then(|| {
        quote! {
            #[automatically_derived]
            impl crate::wire::sealed_document::Sealed for #name {}

            #[automatically_derived]
            impl crate::Document for #name {
                fn from_slice(bytes: &[u8]) -> Result<Self, crate::DecodeError> {
                    crate::wire::from_slice(bytes, #mode)
                }

                fn from_value(value: ::serde_json::Value) -> Result<Self, crate::DecodeError> {
                    crate::wire::from_json(value.into(), #mode)
                }
            }
        }
    });
    let setter_error = if attrs.from_value {
        quote!(crate::Invalid)
    } else {
        quote!(::std::convert::Infallible)
    };
    quote! {
        #[automatically_derived]
        impl crate::FieldType for #name {
            type Error = #setter_error;
        }

        #[automatically_derived]
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::wire::deserialize(deserializer, #mode)
            }
        }
        #document
        #validate
    }
}

/// Generates `Serialize`, as an object of the type's fields.
pub(crate) fn serialize_members(name: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut out = ::serde::Serializer::serialize_map(serializer, None)?;
                crate::wire::Members::put(self, &mut out)?;
                ::serde::ser::SerializeMap::end(out)
            }
        }
    }
}

/// Generates `Decode` for a type without a place for unknown fields: it refuses them if it is the whole object.
pub(crate) fn decode_members(name: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl crate::wire::Decode for #name {
            const MEMBERS: &'static [crate::Member] = <Self as crate::wire::Members>::MEMBERS;

            fn decode<'a>(value: crate::wire::Json<'a>, cx: &mut crate::wire::Context) -> Result<Self, crate::wire::Json<'a>> {
                crate::wire::object_without_extra(value, cx)
            }
        }
    }
}

/// Generates `const MEMBERS`, for the documentation and for tests.
pub(crate) fn members(input: &DeriveInput, members: &[TokenStream]) -> TokenStream {
    let name = &input.ident;
    quote! {
        #[automatically_derived]
        impl #name {
            /// Fields of the JSON object, in the order they are written.
            pub const MEMBERS: &'static [crate::Member] = &[#(#members),*];
        }
    }
}

/// Generates `From` for the value, or for the content of its box.
pub(crate) fn conversion(name: &Ident, variant: &Ident, ty: &Type) -> TokenStream {
    let (source, value) = match wrapped(ty, "Box") {
        Some(inner) => (inner, quote!(Box::new(value))),
        None => (ty, quote!(value)),
    };
    quote! {
        #[automatically_derived]
        impl From<#source> for #name {
            fn from(value: #source) -> Self {
                Self::#variant(#value)
            }
        }
    }
}

/// The type `T` within `Wrapper<T>`.
pub(crate) fn wrapped<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) if last.ident == wrapper => Some(inner),
        _ => None,
    }
}

/// Formats a list of values for an error: `must be one of: a b c`.
pub(crate) fn one_of(values: &[LitStr]) -> String {
    let mut text = "must be one of:".to_owned();
    for value in values {
        text.push(' ');
        text.push_str(&value.value());
    }
    text
}

/// Converts a variant's name to snake case, the form of most names in the API.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
