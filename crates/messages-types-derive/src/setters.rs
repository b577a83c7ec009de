//! Setters of optional fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Attribute, Ident, Type};

use crate::attr::Mode;
use crate::fields::{Members, Role};

/// Setters of an outbound object; inbound objects have none.
pub(crate) fn expand(name: &Ident, mode: Mode, members: &Members) -> TokenStream {
    if mode == Mode::Open {
        return TokenStream::new();
    }
    let optional = members.of(Role::Optional).map(|field| {
        let ident = &field.ident;
        let pointer = format!("/{}", field.key.value());
        let name = ident.unraw();
        let summary = format!("Sets [`{name}`](#structfield.{name}).");
        let mut docs: Vec<Attribute> = vec![
            syn::parse_quote!(#[doc = #summary]),
            syn::parse_quote!(#[doc = ""]),
        ];
        docs.extend(field.docs.iter().cloned());
        setter(&docs, ident, &field.ty, &pointer, &quote!(#ident))
    });
    let forwarded = members.of(Role::Flattened).flat_map(|field| {
        let target = &field.ident;
        let group = &field.ty;
        let group = quote!(#group).to_string();
        field.setters.iter().map(move |(ident, ty)| {
            let doc = format!("Sets [`{ident}`]({group}::{ident}) of `{target}`.");
            let pointer = format!("/{}", ident.unraw());
            let docs = [syn::parse_quote!(#[doc = #doc])];
            setter(&docs, ident, ty, &pointer, &quote!(#target.#ident))
        })
    });
    let setters: Vec<_> = optional.chain(forwarded).collect();
    if setters.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[automatically_derived]
        impl #name {
            #(#setters)*
        }
    }
}

fn setter(
    docs: &[Attribute],
    ident: &Ident,
    ty: &Type,
    pointer: &str,
    place: &TokenStream,
) -> TokenStream {
    quote! {
        #(#docs)*
        #[must_use]
        pub fn #ident(mut self, #ident: impl crate::SetterArgument<#ty>) -> crate::Set<#ty, Self> {
            crate::value::set(#pointer, #ident, |value| {
                self.#place = Some(value);
                self
            })
        }
    }
}
