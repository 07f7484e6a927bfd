//! The attributes of the crate `lazaret-policy`, which exports and documents them.
//!
//! They put together what serde and schemars derive, so that no policy can forget a part: without
//! `deny_unknown_fields` a mistyped setting would be the same as none.

use proc_macro::{Delimiter, TokenStream, TokenTree};

/// See `lazaret_policy::policy`.
#[proc_macro_attribute]
pub fn policy(words: TokenStream, item: TokenStream) -> TokenStream {
    let words = words.to_string();
    if !["", "submission"].contains(&words.as_str()) {
        return error("the attribute is `#[policy]` or `#[policy(submission)]`");
    }
    let Some((name, has_fields)) = structure(&item) else {
        return error("a policy is a struct, whose named fields are its settings");
    };
    let mut made = if has_fields { derived("default, ") } else { TokenStream::new() };
    made.extend(item);
    let settings = if has_fields { "settings_of" } else { "no_settings" };
    made.extend(code(&format!(
        "::lazaret_policy::{settings}!({name}); ::lazaret_policy::export_policy!({name});"
    )));
    if !words.is_empty() {
        made.extend(code(&format!("::lazaret_policy::export_submission_policy!({name});")));
    }
    made
}

/// See `lazaret_policy::settings`.
#[proc_macro_attribute]
pub fn settings(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut made = derived("");
    made.extend(item);
    made
}

/// The attributes of a type that stands in the settings.
fn derived(more: &str) -> TokenStream {
    code(&format!(
        "#[derive(::lazaret_policy::serde::Deserialize, ::lazaret_policy::schemars::JsonSchema)]
        #[serde(crate = \"::lazaret_policy::serde\", {more}deny_unknown_fields)]
        #[serde(rename_all = \"kebab-case\")]
        #[schemars(crate = \"::lazaret_policy::schemars\")]"
    ))
}

/// The struct's name, and whether it has fields; nothing, where it is no struct with named fields or
/// without any.
fn structure(item: &TokenStream) -> Option<(String, bool)> {
    let mut tokens = item.clone().into_iter();
    tokens.find(|token| matches!(token, TokenTree::Ident(word) if word.to_string() == "struct"))?;
    let name = tokens.next()?.to_string();
    match tokens.next()? {
        TokenTree::Punct(end) if end.as_char() == ';' => Some((name, false)),
        TokenTree::Group(fields) if fields.delimiter() == Delimiter::Brace => Some((name, true)),
        _ => None,
    }
}

fn error(message: &str) -> TokenStream {
    code(&format!("::core::compile_error!({message:?});"))
}

fn code(text: &str) -> TokenStream {
    text.parse().expect("it is Rust")
}
