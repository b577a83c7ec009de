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
        setter(&field.docs, ident, &field.ty, &pointer, &quote!(#ident))
    });
    let forwarded = members.of(Role::Flattened).flat_map(|field| {
        let target = &field.ident;
        field.setters.iter().map(move |(ident, ty)| {
            let doc = format!("Sets `{ident}` of the message's `{target}`.");
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
