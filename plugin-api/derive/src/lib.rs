//! `#[derive(Form)]`: the declaration and the reading of a form, from a struct.
//!
//! ```text
//! #[derive(Form)]
//! struct Sale {
//!     #[field(of = "store")] store: Id,
//!     #[field(of = "lot")] quantity: Amount,
//!     #[field(sealed)] customer_name: Option<String>,
//!     lines: Vec<Line>,            // Line derives Form too
//!     #[field(flatten)] how: How,  // a form whose fields stand among these
//! }
//! #[derive(Choice)] enum Means { Cash, MobileMoney, Credit }   // cash, mobile-money, credit
//! ```

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Data, DeriveInput, Error, Field, Fields, GenericArgument, LitStr, Meta, PathArguments, Type, parse_macro_input};

/// Derives `Form` and, so that it can be a line of another form, `FieldValue`.
#[proc_macro_derive(Form, attributes(field))]
pub fn form(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    form_of(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn form_of(input: &DeriveInput) -> syn::Result<Tokens> {
    let (mut declared, mut read, mut built) = (Vec::new(), Vec::new(), Vec::new());
    let mut names: Vec<String> = Vec::new();
    for field in named_fields(input)? {
        let ident = field.ident.as_ref().expect("named");
        let ty = &field.ty;
        let Said { of, name, sealed, flatten } = Said::of(field)?;
        if !flatten && names.contains(&name) {
            return Err(Error::new_spanned(ident, format!("two fields of this form are called `{name}`: give one another name")));
        }
        names.push(name.clone());
        built.push(ident);
        if flatten {
            declared.push(quote! { declared.extend(<#ty as ::baara_plugin_api::Form>::fields()); });
            read.push(quote! { let #ident = <#ty as ::baara_plugin_api::Form>::read(fields).map_err(|e| errors.extend(e)).ok(); });
            continue;
        }
        declared.push(quote! {
            declared.push(::baara_plugin_api::Field {
                name: #name.to_owned(),
                kind: <#ty as ::baara_plugin_api::FieldValue>::field_type(#of),
                required: !<#ty as ::baara_plugin_api::FieldValue>::OPTIONAL,
                sealed: #sealed,
            });
        });
        read.push(quote! { let #ident = ::baara_plugin_api::read_field::<#ty>(fields, #name).map_err(|e| errors.extend(e)).ok(); });
    }
    let name = &input.ident;
    Ok(quote! {
        impl ::baara_plugin_api::Form for #name {
            fn fields() -> ::std::vec::Vec<::baara_plugin_api::Field> {
                let mut declared: ::std::vec::Vec<::baara_plugin_api::Field> = ::std::vec::Vec::new();
                let _ = &mut declared;
                #(#declared)*
                declared
            }
            fn read(fields: &::baara_plugin_api::Map) -> ::std::result::Result<Self, ::std::vec::Vec<::baara_plugin_api::FieldError>> {
                let _ = fields;
                let mut errors: ::std::vec::Vec<::baara_plugin_api::FieldError> = ::std::vec::Vec::new();
                let _ = &mut errors;
                #(#read)*
                match (#(#built,)*) {
                    (#(::std::option::Option::Some(#built),)*) => ::std::result::Result::Ok(Self { #(#built),* }),
                    #[allow(unreachable_patterns)]
                    _ => ::std::result::Result::Err(errors),
                }
            }
        }
        impl ::baara_plugin_api::FieldValue for #name {
            fn field_type(_: &str) -> ::baara_plugin_api::FieldType {
                ::baara_plugin_api::FieldType::Lines { of: <Self as ::baara_plugin_api::Form>::fields() }
            }
            fn read(value: &::baara_plugin_api::Value) -> ::std::result::Result<Self, ::std::vec::Vec<::baara_plugin_api::FieldError>> {
                match value.as_object() {
                    ::std::option::Option::Some(fields) => <Self as ::baara_plugin_api::Form>::read(fields),
                    ::std::option::Option::None => ::std::result::Result::Err(::std::vec![::baara_plugin_api::FieldError::new("", "field/not-a-line")]),
                }
            }
        }
    })
}

/// The fields of a form, which is a plain struct.
fn named_fields(input: &DeriveInput) -> syn::Result<Vec<&Field>> {
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(&input.generics, "a form is read from what people typed: write the types it holds, no parameters"));
    }
    let wrong = |how: &str| Err(Error::new_spanned(&input.ident, how));
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(named) => Ok(named.named.iter().collect()),
            Fields::Unit => Ok(Vec::new()),
            Fields::Unnamed(_) => wrong("the fields of a form have names, which people read: write `struct … { name: Type }`"),
        },
        Data::Enum(_) => wrong("a form is a struct with named fields; an enum is one answer among several: derive `Choice` for it"),
        Data::Union(_) => wrong("a form is a struct with named fields: write `struct … { name: Type }`"),
    }
}

/// What the attributes of a field say.
struct Said {
    of: String,
    name: String,
    sealed: bool,
    flatten: bool,
}

impl Said {
    fn of(field: &Field) -> syn::Result<Said> {
        let ident = field.ident.as_ref().expect("named");
        let name = ident.to_string().trim_start_matches("r#").replace('_', "-");
        let mut said = Said { of: String::new(), name, sealed: false, flatten: false };
        for attr in field.attrs.iter().filter(|a| a.path().is_ident("field")) {
            if matches!(attr.meta, Meta::Path(_)) {
                return Err(Error::new_spanned(attr, format!("say what of this field: {SAYINGS}")));
            }
            attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("of") {
                    said.of = text(&meta)?.value();
                } else if meta.path.is_ident("name") {
                    let given = text(&meta)?;
                    if !is_plain(&given.value()) {
                        return Err(Error::new_spanned(given, "a field's name has small letters a-z, digits and `-`"));
                    }
                    said.name = given.value();
                } else if meta.path.is_ident("sealed") {
                    said.sealed = true;
                } else if meta.path.is_ident("flatten") {
                    said.flatten = true;
                } else {
                    return Err(meta.error(format!("expected {SAYINGS}")));
                }
                Ok(())
            })?;
        }
        if !is_plain(&said.name) {
            return Err(Error::new_spanned(ident, "a field's name has small letters a-z, digits and `_`; or say `name = \"…\"`"));
        }
        if said.flatten && (said.sealed || !said.of.is_empty()) {
            return Err(Error::new_spanned(
                ident,
                "the fields of a form that is taken in say themselves what they are: write `flatten` alone",
            ));
        }
        if said.of.is_empty() && innermost(&field.ty).is_some_and(|ident| ident == "Amount") {
            let how = "an amount says what it counts: `#[field(of = \"item\")]`, with the field that names the item or the lot";
            return Err(Error::new_spanned(&field.ty, how));
        }
        Ok(said)
    }
}

const SAYINGS: &str = "`of = \"…\"`, `name = \"…\"`, `sealed` or `flatten`";

fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    let value = meta.value().map_err(|_| meta.error("give it a text: `= \"…\"`"))?;
    value.parse().map_err(|e| Error::new(e.span(), "this is a text: write it between `\"`"))
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
}

/// `Amount` of `Option<Vec<Amount>>`.
fn innermost(ty: &Type) -> Option<&syn::Ident> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(inside) => inside.args.iter().find_map(|arg| match arg {
            GenericArgument::Type(ty) => innermost(ty),
            _ => None,
        }),
        _ => Some(&last.ident),
    }
}

/// Derives `FieldValue` for an enum of unit variants: `MobileMoney` is the code `mobile-money`.
#[proc_macro_derive(Choice)]
pub fn choice(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choice_of(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn choice_of(input: &DeriveInput) -> syn::Result<Tokens> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a choice is one answer among several: write `enum … { This, ThatOne }`"));
    };
    let name = &input.ident;
    let variants: Vec<_> = data.variants.iter().map(|v| &v.ident).collect();
    if let Some(v) = data.variants.iter().find(|v| !matches!(v.fields, Fields::Unit)) {
        return Err(Error::new_spanned(v, "an answer holds nothing but its name: ask for the rest in a field of its own"));
    }
    if variants.is_empty() {
        return Err(Error::new_spanned(&input.ident, "a choice has answers: write at least one"));
    }
    let codes: Vec<String> = variants.iter().map(|v| kebab(&v.to_string())).collect();
    Ok(quote! {
        impl #name {
            /// The code it has in entries and locale files.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self { #(Self::#variants => #codes),* }
            }
        }
        impl ::baara_plugin_api::FieldValue for #name {
            fn field_type(_: &str) -> ::baara_plugin_api::FieldType {
                ::baara_plugin_api::FieldType::Choice { of: ::std::vec![#(#codes.to_owned()),*] }
            }
            fn read(value: &::baara_plugin_api::Value) -> ::std::result::Result<Self, ::std::vec::Vec<::baara_plugin_api::FieldError>> {
                match value.as_str() {
                    #(::std::option::Option::Some(#codes) => ::std::result::Result::Ok(Self::#variants),)*
                    _ => ::std::result::Result::Err(::std::vec![::baara_plugin_api::FieldError::new("", "field/not-a-choice").with("came", value).with("expected", [#(#codes),*].join(", "))]),
                }
            }
        }
    })
}

fn kebab(camel: &str) -> String {
    let mut out = String::new();
    for c in camel.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}
