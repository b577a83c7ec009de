//! Enums whose variants are distinguished by hand-written code, and types with a hand-written JSON form.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Error, Fields, Ident, Result, Type};

use crate::attr::TypeAttrs;
use crate::common;

/// `Deserialize`, `Redacted` and `Document` of a type that implements `Decode`, `Serialize` and `Debug` itself.
pub(crate) fn custom(input: &DeriveInput, attrs: &TypeAttrs) -> Result<TokenStream> {
    attrs.refuse_object_attributes()?;
    let mode = attrs.mode(input)?;
    let redacted = common::redacted_by_debug(&input.ident);
    let deserialize = common::deserialize(&input.ident, attrs, mode);
    Ok(quote!(#redacted #deserialize))
}

/// `Deserialize`, `Redacted`, `Decode` and `Serialize` of a type that implements `Members` and `Debug` itself.
pub(crate) fn members(input: &DeriveInput, attrs: &TypeAttrs) -> Result<TokenStream> {
    let custom = custom(input, attrs)?;
    let serialize = common::serialize_members(&input.ident);
    let decode = common::decode_members(&input.ident);
    Ok(quote!(#custom #serialize #decode))
}

/// Generates everything except `Decode`: each variant is represented by its value.
pub(crate) fn expand(
    input: &DeriveInput,
    attrs: &TypeAttrs,
    data: &DataEnum,
) -> Result<TokenStream> {
    let mut variants: Vec<(&Ident, &Type)> = Vec::new();
    for variant in &data.variants {
        match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                variants.push((&variant.ident, &fields.unnamed[0].ty));
            }
            _ => {
                return Err(Error::new_spanned(
                    variant,
                    "a variant of an untagged enum has one unnamed field",
                ));
            }
        }
    }
    let custom = custom(input, attrs)?;
    let name = &input.ident;
    let variant: Vec<_> = variants.iter().map(|(variant, _)| variant).collect();
    // `Unknown` is created by decoding only, not by the caller.
    let conversions = variants
        .iter()
        .filter(|(variant, _)| *variant != "Unknown")
        .map(|(variant, ty)| common::conversion(name, variant, ty));
    Ok(quote! {
        #custom
        #(#conversions)*

        #[automatically_derived]
        impl crate::wire::Check for #name {
            const CAN_FAIL: bool = true;

            fn check(&self, cx: &mut crate::wire::Context) {
                match self { #(Self::#variant(value) => crate::wire::Check::check(value, cx),)* }
            }
        }

        #[automatically_derived]
        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { #(Self::#variant(value) => ::serde::Serialize::serialize(value, serializer),)* }
            }
        }

        #[automatically_derived]
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self { #(Self::#variant(value) => crate::wire::Redacted::redacted(value, f),)* }
            }
        }
    })
}
