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
use syn::{Data, DeriveInput, Error, Fields, LitStr, parse_macro_input};

/// Derives `Form` and, so that it can be a line of another form, `FieldValue`.
#[proc_macro_derive(Form, attributes(field))]
pub fn form(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    form_of(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn form_of(input: &DeriveInput) -> syn::Result<Tokens> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a form is a struct with named fields"));
    };
    let names = match &data.fields {
        Fields::Named(named) => named.named.iter().collect::<Vec<_>>(),
        Fields::Unit => Vec::new(),
        Fields::Unnamed(_) => return Err(Error::new_spanned(&input.ident, "the fields of a form have names")),
    };
    let (mut declared, mut read, mut built) = (Vec::new(), Vec::new(), Vec::new());
    for field in names {
        let ident = field.ident.as_ref().expect("named");
        let ty = &field.ty;
        let mut flatten = false;
        let (mut of, mut sealed, mut name) = (String::new(), false, ident.to_string().trim_start_matches("r#").replace('_', "-"));
        for attr in field.attrs.iter().filter(|a| a.path().is_ident("field")) {
            attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("of") {
                    of = meta.value()?.parse::<LitStr>()?.value();
                } else if meta.path.is_ident("name") {
                    name = meta.value()?.parse::<LitStr>()?.value();
                } else if meta.path.is_ident("sealed") {
                    sealed = true;
                } else if meta.path.is_ident("flatten") {
                    flatten = true;
                } else {
                    return Err(meta.error("expected `of = \"…\"`, `name = \"…\"`, `sealed` or `flatten`"));
                }
                Ok(())
            })?;
        }
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

/// Derives `FieldValue` for an enum of unit variants: `MobileMoney` is the code `mobile-money`.
#[proc_macro_derive(Choice)]
pub fn choice(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choice_of(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn choice_of(input: &DeriveInput) -> syn::Result<Tokens> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a choice is an enum"));
    };
    let name = &input.ident;
    let variants: Vec<_> = data.variants.iter().map(|v| &v.ident).collect();
    if let Some(v) = data.variants.iter().find(|v| !matches!(v.fields, Fields::Unit)) {
        return Err(Error::new_spanned(v, "a choice holds nothing but its name"));
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
