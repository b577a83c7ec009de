//! Attributes of types, fields and variants.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{Attribute, DeriveInput, Error, Ident, LitStr, Path, Result, Token, Type};

/// Treatment of a value that does not fit: a problem, or stored unchanged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Strict,
    Open,
}

/// Constructor generated for `new`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum New {
    Checked,
    Unchecked,
}

/// A rule over several fields.
pub(crate) struct Rule {
    pub(crate) function: Path,
    pub(crate) fields: Vec<Ident>,
}

/// Attributes of a type.
#[derive(Default)]
pub(crate) struct TypeAttrs {
    mode: Option<Mode>,
    pub(crate) new: Option<New>,
    pub(crate) from_value: bool,
    pub(crate) constants: Vec<(String, LitStr)>,
    pub(crate) misplaced: Option<TokenStream>,
    pub(crate) rule: Option<Rule>,
    pub(crate) document: bool,
    pub(crate) tag: Option<LitStr>,
    pub(crate) rename_all: Option<LitStr>,
    pub(crate) untagged: bool,
    pub(crate) custom: bool,
    pub(crate) members: bool,
    /// The first attribute that is only valid on an object.
    object_only: Option<Span>,
}

impl TypeAttrs {
    pub(crate) fn parse(input: &DeriveInput) -> Result<Self> {
        let mut attrs = Self::default();
        each(&input.attrs, |meta| attrs.read(meta))?;
        Ok(attrs)
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta.path.require_ident()?.unraw().to_string();
        match name.as_str() {
            "strict" => self.set_mode(Mode::Strict, meta)?,
            "open" => self.set_mode(Mode::Open, meta)?,
            "new" => {
                self.new = Some(New::Checked);
                if meta.input.peek(syn::token::Paren) {
                    self.new = Some(New::Unchecked);
                    meta.parse_nested_meta(|inner| {
                        if inner.path.is_ident("unchecked") {
                            Ok(())
                        } else {
                            Err(inner.error("expected `unchecked`"))
                        }
                    })?;
                }
            }
            "from_value" => self.from_value = true,
            "constant" => meta.parse_nested_meta(|inner| {
                let key = inner.path.require_ident()?.unraw().to_string();
                self.constants.push((key, inner.value()?.parse()?));
                Ok(())
            })?,
            "misplaced" => self.misplaced = Some(misplaced(meta)?),
            "validate" => self.rule = Some(rule(meta)?),
            "document" => self.document = true,
            "tag" => self.tag = Some(meta.value()?.parse()?),
            "rename_all" => self.rename_all = Some(meta.value()?.parse()?),
            "untagged" => self.untagged = true,
            "custom" => self.custom = true,
            "members" => self.members = true,
            _ => return Err(unknown(meta, &name)),
        }
        if matches!(
            name.as_str(),
            "new" | "from_value" | "constant" | "misplaced" | "validate"
        ) {
            self.object_only
                .get_or_insert(syn::spanned::Spanned::span(&meta.path));
        }
        Ok(())
    }

    fn set_mode(&mut self, mode: Mode, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if self.mode.is_some_and(|known| known != mode) {
            return Err(meta.error("a type is `strict` or `open`, not both"));
        }
        self.mode = Some(mode);
        Ok(())
    }

    /// The mode, required for every type except a checked string.
    pub(crate) fn mode(&self, input: &DeriveInput) -> Result<Mode> {
        self.mode.ok_or_else(|| {
            Error::new_spanned(
                &input.ident,
                "`#[wire(strict)]` (sent) or `#[wire(open)]` (received) is missing",
            )
        })
    }

    /// Refuses attributes that are only valid on a struct with named fields.
    pub(crate) fn refuse_object_attributes(&self) -> Result<()> {
        match self.object_only {
            Some(span) => Err(Error::new(
                span,
                "only a struct with named fields has this attribute",
            )),
            None => Ok(()),
        }
    }
}

/// Attributes of a field or a variant.
#[derive(Default)]
pub(crate) struct MemberAttrs {
    pub(crate) rename: Option<LitStr>,
    pub(crate) flatten: bool,
    pub(crate) whole: bool,
    pub(crate) setters: Vec<(Ident, Type)>,
}

impl MemberAttrs {
    pub(crate) fn parse(attrs: &[Attribute]) -> Result<Self> {
        let mut member = Self::default();
        each(attrs, |meta| {
            let name = meta.path.require_ident()?.unraw().to_string();
            match name.as_str() {
                "rename" => member.rename = Some(meta.value()?.parse()?),
                "flatten" => member.flatten = true,
                "whole" => member.whole = true,
                "setters" => {
                    let content;
                    syn::parenthesized!(content in meta.input);
                    let setters = Punctuated::<Setter, Token![,]>::parse_terminated(&content)?;
                    member.setters = setters.into_iter().map(|s| (s.name, s.ty)).collect();
                }
                _ => return Err(unknown(meta, &name)),
            }
            Ok(())
        })?;
        Ok(member)
    }
}

/// `name: Type`.
struct Setter {
    name: Ident,
    ty: Type,
}

impl syn::parse::Parse for Setter {
    fn parse(input: syn::parse::ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Self {
            name,
            ty: input.parse()?,
        })
    }
}

fn each(
    attrs: &[Attribute],
    mut read: impl FnMut(&ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("wire")) {
        attr.parse_nested_meta(|meta| read(&meta))?;
    }
    Ok(())
}

fn unknown(meta: &ParseNestedMeta<'_>, name: &str) -> Error {
    meta.error(format!("`{name}` is not an attribute of `wire` here"))
}

/// `misplaced = TABLES` or `misplaced(Type, "name", "name" = "hint", …)`, as a constant expression.
fn misplaced(meta: &ParseNestedMeta<'_>) -> Result<TokenStream> {
    if meta.input.peek(Token![=]) {
        let tables: syn::Expr = meta.value()?.parse()?;
        return Ok(quote!(#tables));
    }
    let content;
    syn::parenthesized!(content in meta.input);
    let mut tables = Vec::new();
    let mut names = Vec::new();
    while !content.is_empty() {
        if content.peek(LitStr) {
            let name: LitStr = content.parse()?;
            names.push(if content.peek(Token![=]) {
                content.parse::<Token![=]>()?;
                let hint: syn::Expr = content.parse()?;
                quote!(crate::Member::hinted(#name, #hint))
            } else {
                quote!(crate::Member::named(#name))
            });
        } else {
            let table: Type = content.parse()?;
            tables.push(quote!(<#table as crate::wire::Decode>::MEMBERS));
        }
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(quote!(&[#(#tables,)* &[#(#names),*]]))
}

/// `function(field, …)`.
fn rule(meta: &ParseNestedMeta<'_>) -> Result<Rule> {
    let input = meta.value()?;
    let function = input.call(Path::parse_mod_style)?;
    let content;
    syn::parenthesized!(content in input);
    let fields = Punctuated::<Ident, Token![,]>::parse_terminated(&content)?;
    Ok(Rule {
        function,
        fields: fields.into_iter().collect(),
    })
}
