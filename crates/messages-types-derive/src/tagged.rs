//! Enums with a tag: content that is flattened into the object containing it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Error, Fields, Ident, LitStr, Result, Type, Variant};

use crate::attr::{MemberAttrs, Mode, TypeAttrs};
use crate::common;
use crate::fields::Members;

/// Place of a variant's value.
enum Form {
    /// In the field named like the tag's value.
    Nested(Type),
    /// Flattened into the object.
    Flattened(Type),
    /// Flattened into the object with the tag, which may be absent.
    Whole(Type),
    /// Flattened into the object, field by field.
    Fields(Members),
    Unit,
}

struct Case<'a> {
    ident: &'a Ident,
    value: LitStr,
    form: Form,
}

pub(crate) fn expand(
    input: &DeriveInput,
    attrs: &TypeAttrs,
    data: &DataEnum,
) -> Result<TokenStream> {
    let mode = attrs.mode(input)?;
    attrs.refuse_object_attributes()?;
    let Some(tag) = &attrs.tag else {
        return Err(Error::new_spanned(&input.ident, "`tag` is missing"));
    };
    let name = &input.ident;
    let mut cases = Vec::new();
    let mut is_open = false;
    for variant in &data.variants {
        if variant.ident == "Unknown" && mode == Mode::Open {
            is_open = true;
        } else {
            cases.push(case(variant)?);
        }
    }
    if mode == Mode::Open && !is_open {
        return Err(Error::new_spanned(
            name,
            "an `open` enum keeps the tag that it does not know: add a variant `Unknown(String)`",
        ));
    }
    let enumeration = Enumeration {
        name,
        tag,
        cases,
        mode,
        is_open,
    };
    let parts = [
        enumeration.members(),
        enumeration.take_functions(),
        enumeration.type_name(),
        enumeration.check(),
        enumeration.debug(),
        enumeration.conversions(),
        common::redacted_by_debug(name),
        common::serialize_members(name),
        common::decode_members(name),
        common::deserialize(name, attrs, mode),
        common::members(input, &enumeration.table()),
    ];
    Ok(quote!(#(#parts)*))
}

fn case(variant: &Variant) -> Result<Case<'_>> {
    let attrs = MemberAttrs::parse(&variant.attrs)?;
    let value = attrs.rename.unwrap_or_else(|| {
        let snake = common::snake_case(&variant.ident.to_string());
        LitStr::new(&snake, variant.ident.span())
    });
    let form = match &variant.fields {
        Fields::Unit => Form::Unit,
        Fields::Named(fields) => {
            let members = Members::parse(fields)?;
            if let Some(extra) = members.extra() {
                return Err(Error::new_spanned(
                    extra,
                    "the object that carries the variant keeps what is not known",
                ));
            }
            Form::Fields(members)
        }
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            let ty = fields.unnamed[0].ty.clone();
            match (attrs.flatten, attrs.whole) {
                (false, false) => Form::Nested(ty),
                (true, false) => Form::Flattened(ty),
                (_, true) => Form::Whole(ty),
            }
        }
        Fields::Unnamed(fields) => {
            return Err(Error::new_spanned(
                fields,
                "a variant has one unnamed field, or named ones",
            ));
        }
    };
    Ok(Case {
        ident: &variant.ident,
        value,
        form,
    })
}

struct Enumeration<'a> {
    name: &'a Ident,
    tag: &'a LitStr,
    cases: Vec<Case<'a>>,
    mode: Mode,
    is_open: bool,
}

impl Enumeration<'_> {
    /// Tag values that identify their variant.
    fn values(&self) -> Vec<LitStr> {
        let named = self
            .cases
            .iter()
            .filter(|case| !matches!(case.form, Form::Whole(_)));
        named.map(|case| case.value.clone()).collect()
    }

    fn table(&self) -> Vec<TokenStream> {
        let tag = self.tag;
        let mut table = vec![quote!(crate::Member::constant(#tag))];
        for Case { value, form, .. } in &self.cases {
            match form {
                Form::Nested(ty) => table.push(quote! {
                    crate::Member::optional(#value, crate::wire::members::<#ty>)
                }),
                Form::Flattened(ty) | Form::Whole(ty) => table.push(quote! {
                    crate::Member::flattened(crate::wire::flattened::<#ty>)
                }),
                Form::Fields(members) => table.extend(members.table(&[])),
                Form::Unit => {}
            }
        }
        table
    }

    fn type_name(&self) -> TokenStream {
        let name = self.name;
        let arms = self
            .cases
            .iter()
            .map(|Case { ident, value, form }| match form {
                Form::Unit => quote!(Self::#ident => #value,),
                Form::Fields(_) => quote!(Self::#ident { .. } => #value,),
                _ => quote!(Self::#ident(_) => #value,),
            });
        let unknown = self.is_open.then(|| quote!(Self::Unknown(name) => name,));
        quote! {
            #[automatically_derived]
            impl #name {
                /// Name of the type, as written on the wire.
                #[must_use]
                pub fn type_name(&self) -> &str {
                    match self { #(#arms)* #unknown }
                }
            }
        }
    }

    fn members(&self) -> TokenStream {
        let (name, tag) = (self.name, self.tag);
        let mode = common::mode_path(self.mode);
        let take = self.take();
        let put = self.put();
        let reads = self.cases.iter().filter_map(|case| match &case.form {
            Form::Nested(_) => {
                let value = &case.value;
                Some(quote!(|| key == #value))
            }
            Form::Flattened(ty) => Some(quote!(|| <#ty as crate::wire::Members>::reads(key))),
            Form::Fields(members) => {
                let reads = members.reads();
                Some(quote!(|| #reads))
            }
            Form::Whole(_) | Form::Unit => None,
        });
        quote! {
            #[automatically_derived]
            impl crate::wire::Members for #name {
                const MODE: crate::wire::Mode = #mode;
                const MEMBERS: &'static [crate::Member] = Self::MEMBERS;

                #take

                fn put<M: ::serde::ser::SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
                    #put
                }

                fn reads(key: &str) -> bool {
                    key == #tag #(#reads)*
                }

                fn owns(key: &str) -> bool {
                    // The tag only: a field of another variant is misplaced in this object.
                    key == #tag
                }
            }
        }
    }

    fn take(&self) -> TokenStream {
        let tag = self.tag;
        let hint = common::one_of(&self.values());
        let whole = self.cases.iter().filter_map(|Case { ident, form, .. }| {
            let Form::Whole(ty) = form else { return None };
            Some(quote! {
                if let Some(taken) = <#ty as crate::wire::Members>::take(map, cx) {
                    return Some(Self::#ident(taken));
                }
            })
        });
        let arms = self.cases.iter().filter_map(|Case { ident, value, form }| {
            let taken = match form {
                Form::Nested(ty) => quote!(cx.required::<#ty>(map, #value).map(Self::#ident)),
                Form::Flattened(ty) => {
                    quote!(<#ty as crate::wire::Members>::take(map, cx).map(Self::#ident))
                }
                Form::Fields(_) => {
                    let function = take_function(ident);
                    quote!(Self::#function(map, cx))
                }
                Form::Unit => quote!(Some(Self::#ident)),
                Form::Whole(_) => return None,
            };
            Some(quote!(#value => #taken,))
        });
        let unknown = self.is_open.then(|| {
            quote! {
                let taken = taken.or_else(|| match map.get(#tag) {
                    Some(crate::wire::Json::String(tag)) => {
                        Some(Self::Unknown(tag.as_ref().to_owned()))
                    }
                    _ => None,
                });
                if matches!(&taken, Some(Self::Unknown(tag)) if tag.is_empty()) {
                    // As if it were absent: the field itself remains in the object.
                    return taken;
                }
            }
        });
        let untagged = if self.is_open {
            quote!(Some(Self::Unknown(String::new())))
        } else {
            quote!(None)
        };
        let values = self.value_names();
        quote! {
            fn take(map: &mut crate::wire::Object<'_>, cx: &mut crate::wire::Context) -> Option<Self> {
                // Without a usable tag, the value of any variant is allowed.
                let is_value = |key: &str| #values;
                #(#whole)*
                let Some(crate::wire::Json::String(tag)) = map.get(#tag) else {
                    crate::wire::report_unusable_tag(map, #tag, is_value, cx);
                    return #untagged;
                };
                let taken = match tag.as_ref() {
                    #(#arms)*
                    _ => {
                        crate::wire::report_unknown_tag(map, #tag, #hint, is_value, cx);
                        None
                    }
                };
                #unknown
                if taken.is_some() {
                    map.remove(#tag);
                }
                taken
            }
        }
    }

    /// Generates a function for each variant with named fields, which removes these from the object.
    fn take_functions(&self) -> TokenStream {
        let name = self.name;
        let functions = self.cases.iter().filter_map(|Case { ident, form, .. }| {
            let Form::Fields(members) = form else {
                return None;
            };
            let function = take_function(ident);
            let body = members.take(&[], None, &quote!(Self::#ident));
            Some(quote! {
                fn #function(map: &mut crate::wire::Object<'_>, cx: &mut crate::wire::Context) -> Option<Self> {
                    #body
                }
            })
        });
        quote! {
            #[automatically_derived]
            impl #name { #(#functions)* }
        }
    }

    /// Generates an expression that is `true` if `key` is the value of some variant.
    fn value_names(&self) -> TokenStream {
        let names: Vec<_> = self
            .cases
            .iter()
            .filter_map(|Case { value, form, .. }| match form {
                Form::Nested(_) => Some(quote!(key == #value)),
                Form::Flattened(ty) => Some(quote!(<#ty as crate::wire::Members>::owns(key))),
                Form::Fields(members) => Some(members.owns(&[])),
                Form::Whole(_) | Form::Unit => None,
            })
            .collect();
        if names.is_empty() {
            quote!({
                let _ = key;
                false
            })
        } else {
            quote!(#(#names)||*)
        }
    }

    fn put(&self) -> TokenStream {
        let tag = self.tag;
        let arms = self
            .cases
            .iter()
            .map(|Case { ident, value, form }| match form {
                Form::Whole(_) => quote! {
                    Self::#ident(value) => crate::wire::Members::put(value, out),
                },
                Form::Nested(_) => quote! {
                    Self::#ident(value) => {
                        out.serialize_entry(#tag, #value)?;
                        out.serialize_entry(#value, value)
                    }
                },
                Form::Flattened(_) => quote! {
                    Self::#ident(value) => {
                        out.serialize_entry(#tag, #value)?;
                        crate::wire::Members::put(value, out)
                    }
                },
                Form::Fields(members) => {
                    let fields = members.iter().map(|field| &field.ident);
                    let put = members.put();
                    quote! {
                        Self::#ident { #(#fields),* } => {
                            out.serialize_entry(#tag, #value)?;
                            #put
                            Ok(())
                        }
                    }
                }
                Form::Unit => quote!(Self::#ident => out.serialize_entry(#tag, #value),),
            });
        let unknown = self.is_open.then(|| {
            quote! {
                // Without a tag, all fields are stored by the object.
                Self::Unknown(name) if name.is_empty() => Ok(()),
                Self::Unknown(name) => out.serialize_entry(#tag, name),
            }
        });
        quote!(match self { #(#arms)* #unknown })
    }

    fn check(&self) -> TokenStream {
        let name = self.name;
        let arms = self
            .cases
            .iter()
            .map(|Case { ident, value, form }| match form {
                Form::Nested(_) => quote!(Self::#ident(value) => cx.check(#value, value),),
                Form::Flattened(_) | Form::Whole(_) => quote! {
                    Self::#ident(value) => crate::wire::Check::check(value, cx),
                },
                Form::Fields(members) => {
                    let fields = members.iter().map(|field| &field.ident);
                    let check = members.check();
                    quote!(Self::#ident { #(#fields),* } => { #check })
                }
                Form::Unit => quote!(Self::#ident => {}),
            });
        let unknown = self.is_open.then(|| quote!(Self::Unknown(_) => {}));
        quote! {
            #[automatically_derived]
            impl crate::wire::Check for #name {
                const CAN_FAIL: bool = true;

                #[allow(unused_variables)]
                fn check(&self, cx: &mut crate::wire::Context) {
                    match self { #(#arms)* #unknown }
                }
            }
        }
    }

    /// Generates `From` for the values of flattened variants, whose types name their variant.
    fn conversions(&self) -> TokenStream {
        let conversions = self
            .cases
            .iter()
            .filter_map(|Case { ident, form, .. }| match form {
                Form::Flattened(ty) => Some(common::conversion(self.name, ident, ty)),
                _ => None,
            });
        quote!(#(#conversions)*)
    }

    fn debug(&self) -> TokenStream {
        let name = self.name;
        let arms = self.cases.iter().map(|Case { ident, form, .. }| {
            let text = ident.to_string();
            match form {
                Form::Unit => quote!(Self::#ident => f.write_str(#text),),
                Form::Fields(members) => {
                    let fields = members.iter().map(|field| &field.ident);
                    let shown = members.debug();
                    quote! {
                        Self::#ident { #(#fields),* } => {
                            let mut shown = f.debug_struct(#text);
                            #shown
                            shown.finish()
                        }
                    }
                }
                _ => quote! {
                    Self::#ident(value) => {
                        f.debug_tuple(#text).field(&crate::wire::Show(value)).finish()
                    }
                },
            }
        });
        let unknown = self.is_open.then(|| {
            quote! {
                Self::Unknown(name) => {
                    f.debug_tuple("Unknown").field(&crate::wire::Show(name)).finish()
                }
            }
        });
        quote! {
            #[automatically_derived]
            impl ::std::fmt::Debug for #name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    match self { #(#arms)* #unknown }
                }
            }
        }
    }
}

fn take_function(variant: &Ident) -> Ident {
    let name = format!("take_{}", common::snake_case(&variant.to_string()));
    Ident::new(&name, variant.span())
}
