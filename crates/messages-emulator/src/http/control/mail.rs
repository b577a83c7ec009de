//! The HTML of an e-mail, for a frame of the inbox.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use super::Refusal;
use super::extract::{Path, UrlQuery};
use super::selected::Selected;
use crate::http::FOREIGN_CONTENT;

#[derive(Deserialize)]
pub(super) struct Shown {
    /// Index of the part in a message of several.
    #[serde(default)]
    part: usize,
    /// Also those that are not on this machine.
    #[serde(default)]
    pictures: bool,
}

/// The first `base` of a document applies: a link asks for a window, which the sandbox does not grant.
const HEAD: &str = "<!doctype html><base target=\"_blank\"><meta name=\"color-scheme\" content=\"light\">\
                    <style>body{font:15px/1.45 system-ui,sans-serif;margin:12px;overflow-wrap:anywhere}img{max-width:100%}</style>";

pub(super) async fn html(
    Selected(workspace): Selected,
    Path(uuid): Path<String>,
    UrlQuery(shown): UrlQuery<Shown>,
) -> Result<Response, Refusal> {
    let message = workspace.message(&uuid);
    let message = message.ok_or_else(|| Refusal::unknown("message"))?;
    let content: Value = serde_json::from_str(message.message.content.get()).unwrap_or_default();
    let body = body(&content, shown.part)
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "the message has no HTML"))?;
    let pictures = if shown.pictures {
        "data: http: https:"
    } else {
        "data: http://127.0.0.1:* http://localhost:*"
    };
    let policy = format!("{FOREIGN_CONTENT}; img-src {pictures}");
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, policy.as_str()),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-dns-prefetch-control"), "off"),
    ];
    Ok((headers, format!("{HEAD}{}", without_hints(body))).into_response())
}

fn body(content: &Value, part: usize) -> Option<&str> {
    let html = match content.get("content") {
        Some(parts) => parts.get(part)?.get("body"),
        None => content.get("html")?.get("body"),
    };
    html?.as_str()
}

/// Renames the elements that have a browser connect to other hosts before a policy applies (`preconnect`, frames), that the
/// policy leaves empty in any case or that change the document's settings, and the attribute that lets a link replace the mail by an empty frame.
fn without_hints(html: &str) -> String {
    const RENAMED: [&str; 10] = [
        "link", "meta", "base", "iframe", "frame", "object", "embed", "video", "audio", "portal",
    ];
    let mut result = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        result.push_str(before);
        result.push('<');
        if RENAMED.iter().any(|name| starts_with(tag, name)) {
            result.push_str("x-");
        }
        let end = tag.find(['<', '>']).unwrap_or(tag.len());
        let (attributes, after) = tag.split_at(end);
        for (index, part) in attributes.split_inclusive(char::is_whitespace).enumerate() {
            if index > 0 && starts_with(part, "target") {
                result.push_str("x-");
            }
            result.push_str(part);
        }
        rest = after;
    }
    result.push_str(rest);
    result
}

fn starts_with(text: &str, name: &str) -> bool {
    let start = text.as_bytes().get(..name.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_renamed_and_the_rest_stays() {
        for (html, expected) in [
            ("<p>a < b</p>", "<p>a < b</p>"),
            (
                "<LINK rel=preconnect href=//a>",
                "<x-LINK rel=preconnect href=//a>",
            ),
            (
                "<<meta\n http-equiv=refresh>",
                "<<x-meta\n http-equiv=refresh>",
            ),
            (
                "<a TARGET=_self href=a>target = b</a>",
                "<a x-TARGET=_self href=a>target = b</a>",
            ),
            ("a<base", "a<x-base"),
            ("<", "<"),
            ("", ""),
        ] {
            assert_eq!(without_hints(html), expected);
        }
    }
}
