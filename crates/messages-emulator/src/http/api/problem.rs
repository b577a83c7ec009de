//! The API's error objects.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use crate::state::channel::Channel;

/// Base URL of the explanations of v1's errors.
const V1: &str = "https://developer.vonage.com/api-errors";
/// Base URL of the explanations of v0.1's errors.
const V0_1: &str = "https://www.nexmo.com/messages/Errors";

/// The form of `invalid_parameters`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListForm {
    /// An array of `{name, reason}`.
    Array,
    /// One object: the workflows of the first generation name one member only.
    Object,
}

/// The reason for which a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    base: &'static str,
    /// The end of `type`, behind the base URL.
    pub(crate) slug: &'static str,
    title: &'static str,
    detail: String,
    /// Name and reason of each wrong member.
    invalid: Vec<(String, String)>,
    form: ListForm,
    pub(crate) retry_after: Option<u64>,
}

/// A v1 problem by its line in the documentation.
const fn v1(status: StatusCode, slug: &'static str, title: &'static str) -> Problem {
    Problem {
        status,
        base: V1,
        slug,
        title,
        detail: String::new(),
        invalid: Vec::new(),
        form: ListForm::Array,
        retry_after: None,
    }
}

impl Problem {
    pub(crate) fn unauthorized() -> Self {
        // The slug is misspelt in the documentation, and so it is sent.
        v1(StatusCode::UNAUTHORIZED, "/#unathorized", "You did not provide correct credentials.").detail(
            "Check that you're using the correct credentials, and that your account has this feature enabled",
        )
    }

    pub(crate) fn not_found() -> Self {
        v1(StatusCode::NOT_FOUND, "#not-found", "Not Found")
            .detail("There is nothing here, or it was deleted")
    }

    pub(crate) fn wrong_verb() -> Self {
        v1(
            StatusCode::METHOD_NOT_ALLOWED,
            "#wrong-verb",
            "Method not allowed",
        )
        .detail("The path exists, and does not answer to this method")
    }

    pub(crate) fn not_json_type() -> Self {
        v1(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "#content-type-header",
            "Unsupported media type",
        )
        .detail("Send the body as application/json")
    }

    pub(crate) fn too_large() -> Self {
        v1(
            StatusCode::PAYLOAD_TOO_LARGE,
            "#payload-too-large",
            "Payload too large",
        )
        .detail("The body is larger than 1 MiB")
    }

    pub(crate) fn timeout() -> Self {
        v1(StatusCode::REQUEST_TIMEOUT, "#timeout", "Request timeout")
            .detail("The body did not arrive in time")
    }

    pub(crate) fn not_supported() -> Self {
        v1(
            StatusCode::UNPROCESSABLE_ENTITY,
            "#unprocessable-entity",
            "Unprocessable Entity",
        )
        .detail("Operation not supported for this channel.")
    }

    pub(crate) fn invalid_json(detail: String) -> Self {
        v1(
            StatusCode::UNPROCESSABLE_ENTITY,
            "#invalid-json",
            "The request body did not contain valid JSON",
        )
        .detail(detail)
    }

    pub(crate) fn throttled(retry_after: u64) -> Self {
        let mut problem = v1(
            StatusCode::TOO_MANY_REQUESTS,
            "/messages#1000",
            "Rate Limit Hit",
        )
        .detail("Please wait, then retry your request");
        problem.retry_after = Some(retry_after);
        problem
    }

    /// The problem that belongs to an HTTP status, for faults.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::unauthorized(),
            402 => v1(status, "/#low-balance", "Low balance").detail(
                "This request could not be performed due to your account balance being low.",
            ),
            403 => v1(status, "#forbidden", "Forbidden").detail("Your account may not do this"),
            404 => Self::not_found(),
            422 => v1(status, "/messages#1150", "Invalid params")
                .detail("The value of one or more parameters is invalid."),
            429 => Self::throttled(1),
            _ => v1(status, "/messages#1000", "Internal error")
                .detail("There was an error processing your request in the Platform."),
        }
    }

    /// Wrong members of a v1 message. The first one decides which of the API's errors it is.
    pub(crate) fn invalid_v1(invalid: Vec<(String, String)>, missing_first: bool) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let first = invalid.first().map_or("", |(name, _)| name.as_str());
        let last = first.rsplit('.').next().unwrap_or_default();
        let problem = match last {
            _ if missing_first => v1(status, "/messages#1150", "Invalid params"),
            "channel" => v1(status, "/messages#1100", "Unsupported channel")
                .detail("The specified channel is not supported."),
            // One digit less than its neighbours, in the documentation too.
            "to" => v1(status, "/messages#110", "Invalid recipient")
                .detail("The `to` parameter is invalid for the given channel."),
            "from" => v1(status, "/messages#1120", "Invalid sender")
                .detail("The `from` parameter is invalid for the given channel."),
            "message_type" => v1(status, "/messages#1140", "Invalid message type")
                .detail("The `message_type` parameter is invalid for the given channel."),
            "client_ref" => v1(status, "/messages#1060", "Invalid client reference")
                .detail("The client reference can be a string of up to 100 characters."),
            _ if is_channel_option(first) => {
                v1(status, "/messages#1110", "Invalid channel parameters")
            }
            _ => v1(status, "/messages#1150", "Invalid params"),
        };
        let problem = if problem.detail.is_empty() {
            problem.detail("The value of one or more parameters is invalid.")
        } else {
            problem
        };
        Self { invalid, ..problem }
    }

    /// Wrong members of a message or workflow of the first generation.
    pub(crate) fn invalid_v0_1(invalid: Vec<(String, String)>, form: ListForm) -> Self {
        let named: Vec<_> = invalid
            .iter()
            .map(|(name, reason)| format!("{name} {reason}"))
            .collect();
        Self {
            base: V0_1,
            invalid,
            form,
            ..v1(StatusCode::BAD_REQUEST, "#InvalidParams", "Invalid Params")
        }
        .detail(named.join("; "))
    }

    /// A body of the first generation that is no JSON.
    pub(crate) fn invalid_json_v0_1(detail: String) -> Self {
        Self {
            base: V0_1,
            ..v1(StatusCode::BAD_REQUEST, "#InvalidJson", "Invalid JSON")
        }
        .detail(detail)
    }

    pub(crate) fn retry_after(mut self, seconds: Option<u64>) -> Self {
        self.retry_after = seconds.or(self.retry_after);
        self
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Its short name for logs.
    pub(crate) fn name(&self) -> String {
        self.slug
            .trim_start_matches('/')
            .trim_start_matches('#')
            .to_owned()
    }

    /// The response, with the request's ID as `instance`.
    pub(crate) fn respond(&self, instance: &str) -> Response {
        let mut body = json!({
            "type": format!("{}{}", self.base, self.slug),
            "title": self.title,
            "detail": self.detail,
            "instance": instance,
        });
        let mut items = self
            .invalid
            .iter()
            .map(|(name, reason)| json!({ "name": name, "reason": reason }));
        let invalid = match self.form {
            ListForm::Array => Some(Value::from(items.collect::<Vec<_>>())),
            ListForm::Object => items.next(),
        };
        if let (Some(body), Some(invalid), false) =
            (body.as_object_mut(), invalid, self.invalid.is_empty())
        {
            body.insert("invalid_parameters".to_owned(), invalid);
        }
        // The documentation declares the 422 as plain JSON.
        let media = if self.status == StatusCode::UNPROCESSABLE_ENTITY || self.base == V0_1 {
            "application/json"
        } else {
            "application/problem+json"
        };
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        if let Some(seconds) = self.retry_after {
            headers.insert("retry-after", seconds.into());
        }
        response
    }
}

fn is_channel_option(name: &str) -> bool {
    let first = name.rsplit("].").next().unwrap_or(name);
    first
        .split_once('.')
        .is_some_and(|(object, _)| Channel::ALL.iter().any(|channel| channel.name() == object))
}
