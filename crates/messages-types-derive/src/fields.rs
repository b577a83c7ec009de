//! Named fields, of a struct or of a variant, as fields of a JSON object.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Attribute, Error, FieldsNamed, Ident, LitStr, Result, Type};

use crate::attr::MemberAttrs;
use crate::common;

/// Role of a field in its object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Required,
    Optional,
    Flattened,
    Extra,
}

pub(crate) struct Field {
    pub(crate) role: Role,
    pub(crate) ident: Ident,
    /// Type of the field; for an optional field, the type within `Option`.
    pub(crate) ty: Type,
    /// Name in the JSON.
    pub(crate) key: LitStr,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) setters: Vec<(Ident, Type)>,
}

/// Named fields of a struct or a variant.
pub(crate) struct Members(Vec<Field>);

impl Members {
    pub(crate) fn parse(fields: &FieldsNamed) -> Result<Self> {
        let mut members = Vec::new();
        for field in &fields.named {
            let Some(ident) = field.ident.clone() else {
                continue;
            };
            let attrs = MemberAttrs::parse(&field.attrs)?;
            if attrs.whole {
                return Err(Error::new_spanned(&ident, "`whole` is for variants"));
            }
            let (role, ty) = match common::wrapped(&field.ty, "Option") {
                _ if ident == "extra" && is_extra(&field.ty) => (Role::Extra, field.ty.clone()),
                Some(_) if attrs.flatten => {
                    return Err(Error::new_spanned(
                        &field.ty,
                        "a flattened field cannot be optional",
                    ));
                }
                Some(inner) => (Role::Optional, inner.clone()),
                None if attrs.flatten => (Role::Flattened, field.ty.clone()),
                None => (Role::Required, field.ty.clone()),
            };
            if !attrs.setters.is_empty() && role != Role::Flattened {
                return Err(Error::new_spanned(
                    &ident,
                    "`setters` goes with `flatten`: other fields have their setter already",
                ));
            }
            let key = attrs
                .rename
                .unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()));
            members.push(Field {
                role,
                ident,
                ty,
                key,
                docs: docs(&field.attrs),
                setters: attrs.setters,
            });
        }
        Ok(Self(members))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Field> {
        self.0.iter()
    }

    pub(crate) fn of(&self, role: Role) -> impl Iterator<Item = &Field> {
        self.0.iter().filter(move |field| field.role == role)
    }

    /// The field of this name.
    pub(crate) fn named(&self, ident: &Ident) -> Option<&Field> {
        self.0.iter().find(|field| field.ident == *ident)
    }

    pub(crate) fn extra(&self) -> Option<&Ident> {
        self.of(Role::Extra).next().map(|field| &field.ident)
    }

    /// The field that stores all fields the type does not have.
    pub(crate) fn init_extra(&self) -> Option<TokenStream> {
        self.extra()
            .map(|extra| quote!(#extra: crate::Extra::default(),))
    }

    /// Generates expressions of type `Member`.
    pub(crate) fn table(&self, constants: &[(String, LitStr)]) -> Vec<TokenStream> {
        let constants = constants
            .iter()
            .map(|(key, _)| quote!(crate::Member::constant(#key)));
        let fields = self.iter().filter_map(|Field { role, ty, key, .. }| {
            let members = quote!(crate::wire::members::<#ty>);
            match role {
                Role::Required => Some(quote!(crate::Member::required(#key, #members))),
                Role::Optional => Some(quote!(crate::Member::optional(#key, #members))),
                Role::Flattened => Some(quote!(crate::Member::flattened(
                    crate::wire::flattened::<#ty>
                ))),
                Role::Extra => None,
            }
        });
        constants.chain(fields).collect()
    }

    /// Generates the body of `Members::take`. `built` is the constructor of a struct or a variant.
    pub(crate) fn take(
        &self,
        constants: &[(String, LitStr)],
        rule: Option<&TokenStream>,
        built: &TokenStream,
    ) -> TokenStream {
        let (required, required_ty, required_key) = self.parts(Role::Required);
        let (flattened, flattened_ty, _) = self.parts(Role::Flattened);
        let (optional, optional_ty, optional_key) = self.parts(Role::Optional);
        let constant_key: Vec<_> = constants.iter().map(|(key, _)| key).collect();
        let constant_value: Vec<_> = constants.iter().map(|(_, value)| value).collect();
        let extra = self.init_extra();
        let sort = (!required.is_empty() || !optional.is_empty()).then(|| {
            quote! {
                #(let mut #required: Option<crate::wire::Json<'_>> = None;)*
                #(let mut #optional: Option<crate::wire::Json<'_>> = None;)*
                // One pass assigns the fields: searching the map for each field takes longer than reading the JSON.
                map.retain(|key, value| match key {
                    #(#required_key => {
                        #required = Some(::std::mem::take(value));
                        false
                    })*
                    // A flattened type reads its own fields first.
                    #(key if <#flattened_ty as crate::wire::Members>::reads(key) => true,)*
                    #(#optional_key => {
                        #optional = Some(::std::mem::take(value));
                        false
                    })*
                    _ => true,
                });
            }
        });
        quote! {
            #sort
            let complete = true #(& cx.constant(map, #constant_key, #constant_value))*;
            #(let #required = cx.required_value::<#required_ty>(#required, map, #required_key);)*
            #(let #flattened = <#flattened_ty as crate::wire::Members>::take(map, cx);)*
            #(
                let #optional = match #optional {
                    None if !map.is_empty() => map.remove(#optional_key),
                    value => value,
                };
                let #optional = cx.optional_value::<#optional_ty>(#optional, map, #optional_key);
            )*
            #rule
            if complete #(&& #required.is_some())* #(&& #flattened.is_some())* {
                #(map.remove(#constant_key);)*
                return Some(#built {
                    #(#required: #required?,)*
                    #(#flattened: #flattened?,)*
                    #(#optional,)*
                    #extra
                });
            }
            #(crate::wire::restore(map, #required_key, #required, cx);)*
            #(crate::wire::restore_members(map, #flattened, cx);)*
            #(crate::wire::restore(map, #optional_key, #optional, cx);)*
            None
        }
    }

    /// Generates statements that write the fields, each available as a reference of its name.
    pub(crate) fn put(&self) -> TokenStream {
        let fields = self.iter().map(
            |Field {
                 role, ident, key, ..
             }| match role {
                Role::Required => quote!(out.serialize_entry(#key, #ident)?;),
                Role::Flattened => quote!(crate::wire::Members::put(#ident, out)?;),
                Role::Optional => quote! {
                    if let Some(value) = #ident {
                        out.serialize_entry(#key, value)?;
                    }
                },
                Role::Extra => quote! {
                    for (key, value) in #ident {
                        out.serialize_entry(key, value)?;
                    }
                },
            },
        );
        quote!(#(#fields)*)
    }

    /// Generates statements that check the fields, each available as a reference of its name.
    pub(crate) fn check(&self) -> TokenStream {
        let fields = self.iter().map(
            |Field {
                 role, ident, key, ..
             }| match role {
                Role::Required => quote!(cx.check(#key, #ident);),
                Role::Flattened => quote!(crate::wire::Check::check(#ident, cx);),
                Role::Optional => quote! {
                    if let Some(value) = #ident {
                        cx.check(#key, value);
                    }
                },
                Role::Extra => TokenStream::new(),
            },
        );
        quote!(#(#fields)*)
    }

    /// Generates statements that add the fields to `shown`, a `DebugStruct`, each available as a reference of its name.
    pub(crate) fn debug(&self) -> TokenStream {
        let fields = self.iter().map(|Field { role, ident, .. }| {
            let name = ident.unraw().to_string();
            match role {
                Role::Required | Role::Flattened => {
                    quote!(shown.field(#name, &crate::wire::Show(#ident));)
                }
                Role::Optional => quote! {
                    if let Some(value) = #ident {
                        shown.field(#name, &crate::wire::Show(value));
                    }
                },
                Role::Extra => quote! {
                    if !#ident.is_empty() {
                        shown.field(#name, #ident);
                    }
                },
            }
        });
        quote!(#(#fields)*)
    }

    /// Generates an expression that is `true` if `key` is a field of this object.
    pub(crate) fn owns(&self, constants: &[(String, LitStr)]) -> TokenStream {
        self.any(
            constants,
            |ty| quote!(<#ty as crate::wire::Members>::owns(key)),
        )
    }

    /// Generates an expression that is `true` if this object may read `key`.
    pub(crate) fn reads(&self) -> TokenStream {
        self.any(&[], |ty| quote!(<#ty as crate::wire::Members>::reads(key)))
    }

    fn any(
        &self,
        constants: &[(String, LitStr)],
        flattened: impl Fn(&Type) -> TokenStream,
    ) -> TokenStream {
        let constants = constants.iter().map(|(key, _)| quote!(key == #key));
        let fields = self
            .iter()
            .filter_map(|Field { role, ty, key, .. }| match role {
                Role::Required | Role::Optional => Some(quote!(key == #key)),
                Role::Flattened => Some(flattened(ty)),
                Role::Extra => None,
            });
        let all: Vec<_> = constants.chain(fields).collect();
        if all.is_empty() {
            quote!(false)
        } else {
            quote!(#(#all)||*)
        }
    }

    fn parts(&self, role: Role) -> (Vec<&Ident>, Vec<&Type>, Vec<&LitStr>) {
        let fields: Vec<&Field> = self.of(role).collect();
        (
            fields.iter().map(|field| &field.ident).collect(),
            fields.iter().map(|field| &field.ty).collect(),
            fields.iter().map(|field| &field.key).collect(),
        )
    }
}

fn is_extra(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Extra"))
}

pub(crate) fn docs(attrs: &[Attribute]) -> Vec<Attribute> {
    let docs = attrs.iter().filter(|attr| attr.path().is_ident("doc"));
    docs.cloned().collect()
}
