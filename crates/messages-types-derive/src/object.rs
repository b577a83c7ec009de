//! Structs with named fields: JSON objects, and parts of objects.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Error, FieldsNamed, Ident, Result};

use crate::attr::{Mode, New, Rule, TypeAttrs};
use crate::common;
use crate::fields::{Members, Role};
use crate::setters;

pub(crate) fn expand(
    input: &DeriveInput,
    attrs: &TypeAttrs,
    fields: &FieldsNamed,
) -> Result<TokenStream> {
    let mode = attrs.mode(input)?;
    if let Some(tag) = &attrs.tag {
        return Err(Error::new_spanned(
            tag,
            "only an enum has a `tag`; a field with one possible value is a `constant`",
        ));
    }
    let name = &input.ident;
    let members = Members::parse(fields)?;
    let parts = [
        members_impl(name, attrs, mode, &members)?,
        check(name, attrs, mode, &members)?,
        debug(name, &members),
        common::redacted_by_debug(name),
        common::serialize_members(name),
        common::deserialize(name, attrs, mode),
        match members.extra() {
            Some(extra) => decode(name, attrs, extra),
            None => common::decode_members(name),
        },
        constructors(name, attrs, mode, &members)?,
        setters::expand(name, mode, &members),
        common::members(input, &members.table(&attrs.constants)),
    ];
    Ok(quote!(#(#parts)*))
}

fn members_impl(
    name: &Ident,
    attrs: &TypeAttrs,
    mode: Mode,
    members: &Members,
) -> Result<TokenStream> {
    let mode = common::mode_path(mode);
    let rule = rule_at_decoding(attrs, members)?;
    let take = members.take(&attrs.constants, rule.as_ref(), &quote!(Self));
    let constants = attrs
        .constants
        .iter()
        .map(|(key, value)| quote!(out.serialize_entry(#key, #value)?;));
    let fields: Vec<_> = members.iter().map(|field| &field.ident).collect();
    let put = members.put();
    let owns = members.owns(&attrs.constants);
    Ok(quote! {
        #[automatically_derived]
        impl crate::wire::Members for #name {
            const MODE: crate::wire::Mode = #mode;
            const MEMBERS: &'static [crate::Member] = Self::MEMBERS;

            fn take(map: &mut crate::wire::Object<'_>, cx: &mut crate::wire::Context) -> Option<Self> {
                #take
            }

            fn put<M: ::serde::ser::SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
                let Self { #(#fields),* } = self;
                #(#constants)*
                #put
                Ok(())
            }

            fn owns(key: &str) -> bool {
                let _ = key;
                #owns
            }
        }
    })
}

/// Runs the rule as soon as the required fields it uses are valid, regardless of other problems of the object.
fn rule_at_decoding(attrs: &TypeAttrs, members: &Members) -> Result<Option<TokenStream>> {
    let Some(rule) = &attrs.rule else {
        return Ok(None);
    };
    let call = rule_call(rule, members)?;
    let is_optional =
        |field| matches!(members.named(field), Some(known) if known.role == Role::Optional);
    let whole: Vec<_> = rule
        .fields
        .iter()
        .filter(|field| !is_optional(field))
        .collect();
    Ok(Some(if whole.is_empty() {
        call
    } else {
        quote! {
            if let (#(Some(#whole),)*) = (#(#whole.as_ref(),)*) {
                #call
            }
        }
    }))
}

/// Generates the call of the rule. A field is passed as a reference, an optional one as an `Option` of a reference.
fn rule_call(rule: &Rule, members: &Members) -> Result<TokenStream> {
    let function = &rule.function;
    let mut arguments = Vec::new();
    for field in &rule.fields {
        arguments.push(match members.named(field).map(|known| known.role) {
            Some(Role::Optional) => quote!(#field.as_ref()),
            Some(Role::Required | Role::Flattened) => quote!(#field),
            Some(Role::Extra) | None => {
                return Err(Error::new_spanned(field, "this object has no such field"));
            }
        });
    }
    Ok(quote!(#function(#(#arguments,)* cx);))
}

fn check(name: &Ident, attrs: &TypeAttrs, mode: Mode, members: &Members) -> Result<TokenStream> {
    if mode == Mode::Open {
        if let Some(rule) = &attrs.rule {
            return Err(Error::new_spanned(
                &rule.function,
                "what is received is never refused: a rule needs `strict`",
            ));
        }
        return Ok(quote! {
            #[automatically_derived]
            impl crate::wire::Check for #name {}
        });
    }
    let fields: Vec<_> = members.iter().map(|field| &field.ident).collect();
    let checks = members.check();
    let rule = attrs.rule.as_ref();
    let rule = rule.map(|rule| rule_call(rule, members)).transpose()?;
    Ok(quote! {
        #[automatically_derived]
        impl crate::wire::Check for #name {
            const CAN_FAIL: bool = true;

            #[allow(unused_variables)]
            fn check(&self, cx: &mut crate::wire::Context) {
                let Self { #(#fields),* } = self;
                #checks
                #rule
            }
        }
    })
}

fn debug(name: &Ident, members: &Members) -> TokenStream {
    let text = name.to_string();
    let fields: Vec<_> = members.iter().map(|field| &field.ident).collect();
    let shown = members.debug();
    quote! {
        #[automatically_derived]
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let Self { #(#fields),* } = self;
                let mut shown = f.debug_struct(#text);
                #shown
                shown.finish()
            }
        }
    }
}

fn decode(name: &Ident, attrs: &TypeAttrs, extra: &Ident) -> TokenStream {
    let misplaced = match &attrs.misplaced {
        Some(tables) => tables.clone(),
        None => quote!(&[]),
    };
    quote! {
        #[automatically_derived]
        impl crate::wire::Decode for #name {
            const MEMBERS: &'static [crate::Member] = Self::MEMBERS;

            fn decode<'a>(value: crate::wire::Json<'a>, cx: &mut crate::wire::Context) -> Result<Self, crate::wire::Json<'a>> {
                const MISPLACED: crate::wire::Tables = #misplaced;
                crate::wire::object::<Self>(value, cx, MISPLACED).map(|(mut object, rest)| {
                    object.#extra = rest;
                    object
                })
            }
        }
    }
}

fn constructors(
    name: &Ident,
    attrs: &TypeAttrs,
    mode: Mode,
    members: &Members,
) -> Result<TokenStream> {
    let required: Vec<_> = members.of(Role::Required).collect();
    let flattened: Vec<_> = members.of(Role::Flattened).collect();
    let optional: Vec<_> = members
        .of(Role::Optional)
        .map(|field| &field.ident)
        .collect();
    let given: Vec<_> = required.iter().chain(&flattened).collect();
    let ident: Vec<_> = given.iter().map(|field| &field.ident).collect();
    let ty: Vec<_> = given.iter().map(|field| &field.ty).collect();
    let extra = members.init_extra();

    let from_parts = (mode == Mode::Strict).then(|| {
        quote! {
            /// Creates the object with these fields; the optional ones are absent.
            #[allow(dead_code)]
            pub(crate) fn from_parts(#(#ident: #ty),*) -> Self {
                Self { #(#ident,)* #(#optional: None,)* #extra }
            }
        }
    });
    let new = match (attrs.new, mode) {
        (None, _) => None,
        (Some(_), _) if given.is_empty() => {
            return Err(Error::new_spanned(
                name,
                "`new` needs required fields: derive `Default` instead",
            ));
        }
        (Some(New::Checked), Mode::Strict) => Some(checked_new(name, members)?),
        (Some(_), _) => Some(quote! {
            /// Creates the object with its required fields; the optional ones are absent.
            #[must_use]
            pub fn new(#(#ident: impl Into<#ty>),*) -> Self {
                Self {
                    #(#ident: #ident.into(),)*
                    #(#optional: None,)*
                    #extra
                }
            }
        }),
    };
    let from_value = if attrs.from_value {
        let [value] = required.as_slice() else {
            return Err(Error::new_spanned(
                name,
                "`from_value` needs exactly one required field",
            ));
        };
        Some(conversions(name, &value.ty))
    } else {
        None
    };
    Ok(quote! {
        #[automatically_derived]
        impl #name {
            #from_parts
            #new
        }
        #from_value
    })
}

fn checked_new(name: &Ident, members: &Members) -> Result<TokenStream> {
    if let Some(flattened) = members.of(Role::Flattened).next() {
        return Err(Error::new_spanned(
            &flattened.ident,
            format!("`new` cannot check a flattened field: write `{name}::new` by hand"),
        ));
    }
    let required: Vec<_> = members.of(Role::Required).collect();
    let ident: Vec<_> = required.iter().map(|field| &field.ident).collect();
    let ty: Vec<_> = required.iter().map(|field| &field.ty).collect();
    let pointer = required
        .iter()
        .map(|field| format!("/{}", field.key.value()));
    Ok(quote! {
        /// Creates the object with its required fields; the optional ones are absent.
        ///
        /// # Errors
        ///
        /// All invalid arguments, each with its JSON pointer within this object.
        pub fn new(
            #(#ident: impl crate::Field<#ty>),*
        ) -> Result<Self, crate::Problems> {
            let mut fields = crate::value::Fields::default();
            #(let #ident = fields.take(#pointer, #ident);)*
            let built = match (#(#ident,)*) {
                (#(Some(#ident),)*) => {
                    Some(Self::from_parts(#(#ident),*))
                }
                _ => None,
            };
            fields.build(built)
        }
    })
}

fn conversions(name: &Ident, value: &syn::Type) -> TokenStream {
    let sources = [quote!(&str), quote!(String)];
    quote! {
        #[automatically_derived]
        impl #name {
            /// Creates the object with this value; the optional fields are absent.
            ///
            /// # Errors
            ///
            /// The broken rule, if the value is invalid.
            pub fn new(
                value: impl crate::Field<#value>,
            ) -> Result<Self, crate::Invalid> {
                value.parse().map(Self::from_parts)
            }
        }

        #(
            #[automatically_derived]
            impl TryFrom<#sources> for #name {
                type Error = crate::Invalid;

                fn try_from(value: #sources) -> Result<Self, crate::Invalid> {
                    Self::new(value)
                }
            }
        )*

        #[automatically_derived]
        impl From<#value> for #name {
            fn from(value: #value) -> Self {
                Self::from_parts(value)
            }
        }
    }
}
