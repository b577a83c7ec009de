#![doc = include_str!("../README.md")]

mod attr;
mod choice;
mod common;
mod fields;
mod object;
mod setters;
mod tagged;
mod text;
mod untagged;

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput, Error, Fields, Result};

use attr::TypeAttrs;

/// Derives the JSON form of a model. See the [crate's documentation](crate).
#[proc_macro_derive(Wire, attributes(wire))]
pub fn derive_wire(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let attrs = TypeAttrs::parse(input)?;
    if attrs.custom {
        return untagged::custom(input, &attrs);
    }
    if attrs.members {
        return untagged::members(input, &attrs);
    }
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => object::expand(input, &attrs, fields),
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => text::expand(input, &attrs),
            _ => Err(Error::new_spanned(
                &input.ident,
                "`Wire` needs named fields, or a single unnamed `String`",
            )),
        },
        Data::Enum(data) if attrs.untagged => untagged::expand(input, &attrs, data),
        Data::Enum(data) if attrs.tag.is_some() => tagged::expand(input, &attrs, data),
        Data::Enum(data) => choice::expand(input, &attrs, data),
        Data::Union(_) => Err(Error::new_spanned(
            &input.ident,
            "`Wire` cannot be derived for a union",
        )),
    }
}
