//! Pictures of the page: a remote one in a frame, loaded on request only, and the page's own icon.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::policy;
use crate::http::FOREIGN_CONTENT;

#[derive(Deserialize)]
pub(super) struct Remote {
    url: String,
}

/// A document with a picture from another host. Only this frame may load it; the policy of the page allows none.
pub(super) async fn framed(Query(Remote { url }): Query<Remote>) -> Response {
    let is_web = ["http://", "https://"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    if !is_web {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let html = format!(
        "<!doctype html><title>Picture</title><style>html,body{{height:100%;margin:0}}\
         img{{width:100%;height:100%;object-fit:contain}}</style><img alt=\"\" src=\"{}\">",
        attribute(&url)
    );
    let policy = format!("{FOREIGN_CONTENT}; img-src http: https:");
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, policy.as_str()),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, html).into_response()
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

#[derive(Deserialize)]
pub(super) struct Unread {
    #[serde(default)]
    unread: u32,
}

/// The icon of the page's tab, with the number of unread messages.
pub(super) async fn icon(Query(Unread { unread }): Query<Unread>) -> Response {
    let badge = match unread {
        0 => String::new(),
        1..=99 => badge(&unread.to_string()),
        _ => badge("99+"),
    };
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">\
         <path d=\"M4 9a7 7 0 0 1 7-7h10a7 7 0 0 1 7 7v10a7 7 0 0 1-7 7H9l-5 4z\" fill=\"#5b4dff\"/>{badge}</svg>"
    );
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        (CONTENT_SECURITY_POLICY, policy::OF_ASSETS),
        (CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, svg).into_response()
}

fn badge(words: &str) -> String {
    format!(
        "<circle cx=\"21\" cy=\"21\" r=\"11\" fill=\"#b42318\"/><text x=\"21\" y=\"26\" text-anchor=\"middle\" fill=\"#fff\" \
         font-family=\"system-ui,sans-serif\" font-weight=\"700\" font-size=\"13\">{words}</text>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_within_its_attribute() {
        let hostile = "https://example.com/\"><script>alert(1)</script>&amp;";
        assert_eq!(
            attribute(hostile),
            "https://example.com/&quot;>&lt;script>alert(1)&lt;/script>&amp;amp;"
        );
    }
}
