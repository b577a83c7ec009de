//! Structs with one unnamed `String`: checked strings.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Result};

use crate::attr::TypeAttrs;

/// Requires a function `refusal(&str) -> Option<Invalid>` of the type.
pub(crate) fn expand(input: &DeriveInput, attrs: &TypeAttrs) -> Result<TokenStream> {
    attrs.refuse_object_attributes()?;
    let name = &input.ident;
    let (generics, types, bounds) = input.generics.split_for_impl();
    let parameters = input.generics.params.iter().map(|parameter| {
        let mut parameter = parameter.clone();
        if let syn::GenericParam::Const(constant) = &mut parameter {
            constant.default = None;
        }
        parameter
    });
    let with_de = quote!(<'de, #(#parameters),*>);
    let sources = [quote!(&str), quote!(String), quote!(&String)];
    Ok(quote! {
        #[automatically_derived]
        impl #generics #name #types #bounds {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Creates a checked text.
            ///
            /// # Errors
            ///
            /// [`Invalid`](crate::Invalid) has the rule broken by the text; it does not repeat the text.
            pub fn new(
                text: impl Into<String>,
            ) -> Result<Self, crate::Invalid> {
                let text = text.into();
                match Self::refusal(&text) {
                    None => Ok(Self(text)),
                    Some(invalid) => Err(invalid),
                }
            }
        }

        #[automatically_derived]
        impl #generics crate::FieldType for #name #types #bounds {
            type Error = crate::Invalid;
        }

        #(
            #[automatically_derived]
            impl #generics TryFrom<#sources> for #name #types #bounds {
                type Error = crate::Invalid;

                fn try_from(text: #sources) -> Result<Self, crate::Invalid> {
                    Self::new(text)
                }
            }
        )*

        #[automatically_derived]
        impl #generics ::std::str::FromStr for #name #types #bounds {
            type Err = crate::Invalid;

            fn from_str(text: &str) -> Result<Self, crate::Invalid> {
                Self::new(text)
            }
        }

        #[automatically_derived]
        impl #generics From<#name #types> for String #bounds {
            fn from(value: #name #types) -> Self {
                value.0
            }
        }

        #[automatically_derived]
        impl #generics AsRef<str> for #name #types #bounds {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        #[automatically_derived]
        impl #generics ::serde::Serialize for #name #types #bounds {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        #[automatically_derived]
        impl #with_de ::serde::Deserialize<'de> for #name #types #bounds {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = crate::value::read_string(deserializer)?;
                Self::new(text).map_err(::serde::de::Error::custom)
            }
        }

        #[automatically_derived]
        impl #generics crate::wire::Decode for #name #types #bounds {
            fn decode<'a>(value: crate::wire::Json<'a>, cx: &mut crate::wire::Context) -> Result<Self, crate::wire::Json<'a>> {
                let text = <String as crate::wire::Decode>::decode(value, cx)?;
                match Self::refusal(&text) {
                    None => Ok(Self(text)),
                    Some(invalid) => {
                        cx.refuse(invalid);
                        Err(crate::wire::Json::String(text.into()))
                    }
                }
            }
        }

        #[automatically_derived]
        impl #generics crate::wire::Check for #name #types #bounds {}

        #[automatically_derived]
        impl #generics ::std::fmt::Debug for #name #types #bounds {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                crate::wire::Redacted::redacted(&self.0, f)
            }
        }

        #[automatically_derived]
        impl #generics crate::wire::Redacted for #name #types #bounds {
            fn redacted(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                crate::wire::Redacted::redacted(&self.0, f)
            }
        }
    })
}
