//! Enums of unit variants: JSON strings from a list.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Error, Fields, Ident, LitStr, Result, Variant};

use crate::attr::{MemberAttrs, Mode, TypeAttrs};
use crate::common;

pub(crate) fn expand(
    input: &DeriveInput,
    attrs: &TypeAttrs,
    data: &DataEnum,
) -> Result<TokenStream> {
    let mode = attrs.mode(input)?;
    attrs.refuse_object_attributes()?;
    let name = &input.ident;
    let mut known: Vec<(&Ident, LitStr)> = Vec::new();
    let mut unknown = None;
    for variant in &data.variants {
        match &variant.fields {
            Fields::Unit => known.push((&variant.ident, text(variant, attrs)?)),
            Fields::Unnamed(_) if variant.ident == "Unknown" && mode == Mode::Open => {
                unknown = Some(());
            }
            _ => {
                return Err(Error::new_spanned(
                    variant,
                    "a string enum has units only, and `Unknown(String)` if it is `open`; \
                     an enum of objects needs `#[wire(tag = \"…\")]`",
                ));
            }
        }
    }
    if mode == Mode::Open && unknown.is_none() {
        return Err(Error::new_spanned(
            name,
            "an `open` string enum keeps what it does not know: add a variant `Unknown(String)`",
        ));
    }
    let variant: Vec<_> = known.iter().map(|(variant, _)| variant).collect();
    let texts: Vec<_> = known.iter().map(|(_, text)| text.clone()).collect();
    let specific = match mode {
        Mode::Strict => strict(name, &variant, &texts),
        Mode::Open => open(name, &variant, &texts),
    };
    let redacted = common::redacted_by_debug(name);
    let deserialize = common::deserialize(name, attrs, mode);
    Ok(quote! {
        #specific
        #redacted
        #deserialize

        #[automatically_derived]
        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[automatically_derived]
        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[automatically_derived]
        impl crate::wire::Check for #name {}
    })
}

/// String of a variant.
fn text(variant: &Variant, attrs: &TypeAttrs) -> Result<LitStr> {
    if let Some(rename) = MemberAttrs::parse(&variant.attrs)?.rename {
        return Ok(rename);
    }
    let snake = common::snake_case(&variant.ident.to_string());
    let text = match &attrs.rename_all {
        None => snake,
        Some(style) => match style.value().as_str() {
            "SCREAMING_SNAKE_CASE" => snake.to_ascii_uppercase(),
            "kebab-case" => snake.replace('_', "-"),
            "PascalCase" => variant.ident.to_string(),
            _ => {
                return Err(Error::new_spanned(
                    style,
                    "expected `SCREAMING_SNAKE_CASE`, `kebab-case` or `PascalCase`; \
                     snake case needs no attribute",
                ));
            }
        },
    };
    Ok(LitStr::new(&text, variant.ident.span()))
}

fn strict(name: &Ident, variant: &[&&Ident], texts: &[LitStr]) -> TokenStream {
    let shown = variant.iter().map(ToString::to_string);
    let hint = common::one_of(texts);
    quote! {
        #[automatically_derived]
        impl #name {
            /// All values, in the order of the documentation.
            pub const ALL: &'static [Self] = &[#(Self::#variant),*];

            /// The value as written on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { #(Self::#variant => #texts,)* }
            }
        }

        #[automatically_derived]
        impl ::std::str::FromStr for #name {
            type Err = crate::Invalid;

            fn from_str(text: &str) -> Result<Self, crate::Invalid> {
                match text {
                    #(#texts => Ok(Self::#variant),)*
                    _ => Err(crate::Invalid::new(crate::Rule::OneOf, #hint)),
                }
            }
        }

        #[automatically_derived]
        impl crate::wire::Decode for #name {
            fn decode<'a>(value: crate::wire::Json<'a>, cx: &mut crate::wire::Context) -> Result<Self, crate::wire::Json<'a>> {
                crate::wire::choice(value, cx)
            }
        }

        #[automatically_derived]
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(match self { #(Self::#variant => #shown,)* })
            }
        }
    }
}

fn open(name: &Ident, variant: &[&&Ident], texts: &[LitStr]) -> TokenStream {
    let shown = variant.iter().map(ToString::to_string);
    quote! {
        #[automatically_derived]
        impl #name {
            /// All known values, in the order of the documentation.
            pub const KNOWN: &'static [Self] = &[#(Self::#variant),*];

            /// The value as written on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variant => #texts,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        #[automatically_derived]
        impl From<&str> for #name {
            fn from(text: &str) -> Self {
                match text {
                    #(#texts => Self::#variant,)*
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        #[automatically_derived]
        impl From<String> for #name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    #(#texts => Self::#variant,)*
                    _ => Self::Unknown(text),
                }
            }
        }

        #[automatically_derived]
        impl crate::wire::Decode for #name {
            fn decode<'a>(value: crate::wire::Json<'a>, cx: &mut crate::wire::Context) -> Result<Self, crate::wire::Json<'a>> {
                crate::wire::text(value, cx).map(|text| match text {
                    ::std::borrow::Cow::Borrowed(text) => Self::from(text),
                    ::std::borrow::Cow::Owned(text) => Self::from(text),
                })
            }
        }

        #[automatically_derived]
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    #(Self::#variant => f.write_str(#shown),)*
                    // An unknown value may be any text: only its length is shown.
                    Self::Unknown(text) => write!(f, "Unknown([{} characters])", text.chars().count()),
                }
            }
        }
    }
}
