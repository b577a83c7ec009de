//! Errors in the API's responses to requests.

use super::ErrorKind;

/// Kind of an error response: the fragment of its `type`.
///
/// The numbers in these types are *not* the codes of status webhooks
/// ([`DeliveryErrorCode`](crate::DeliveryErrorCode)): 1120 is an invalid sender here and an illegal sender
/// address there, 1100 an unsupported channel here and a lost connection there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestErrorCode {
    /// 401: no credentials, or invalid ones.
    Unauthorized,
    /// 401: the credentials have no access to the product.
    Unprovisioned,
    /// 402: the account has run out of credit.
    LowBalance,
    /// 403: not allowed.
    Forbidden,
    /// 404: unknown message.
    NotFound,
    /// 422: the body is not JSON.
    InvalidJson,
    /// 422: unsupported channel.
    UnsupportedChannel,
    /// 422: invalid options of the channel.
    InvalidChannelParameters,
    /// 422: invalid sender.
    InvalidSender,
    /// 422: recipient not reachable over this channel.
    InvalidRecipient,
    /// 422: type of message not supported by the channel.
    InvalidMessageType,
    /// 422: invalid fields of the message.
    InvalidParams,
    /// 422: invalid client reference.
    InvalidClientReference,
    /// 422: operation not applicable to the message.
    Unprocessable,
    /// 429: too many requests.
    Throttled,
    /// 500: internal error of the API.
    InternalError,
    /// Another fragment, as received: a generic one of the vendor, or a new one.
    Other(String),
}

/// URL that documents the error types of the Messages API.
const DOCUMENTATION: &str = "https://developer.vonage.com/api-errors";

impl RequestErrorCode {
    /// All known codes, by HTTP status.
    pub const KNOWN: &'static [Self] = &[
        Self::Unauthorized,
        Self::Unprovisioned,
        Self::LowBalance,
        Self::Forbidden,
        Self::NotFound,
        Self::InvalidJson,
        Self::UnsupportedChannel,
        Self::InvalidChannelParameters,
        Self::InvalidSender,
        Self::InvalidRecipient,
        Self::InvalidMessageType,
        Self::InvalidParams,
        Self::InvalidClientReference,
        Self::Unprocessable,
        Self::Throttled,
        Self::InternalError,
    ];

    /// Parses the `type` of an error response, in any of its spellings.
    ///
    /// `title` resolves the one fragment that has two meanings (`messages#1000`).
    #[must_use]
    pub fn from_type(url: &str, title: Option<&str>) -> Option<Self> {
        let (path, fragment) = url.rsplit_once('#')?;
        let numbered = path.ends_with("messages") || path.ends_with("messages-olympus");
        let internal = title.is_some_and(|title| title.to_ascii_lowercase().contains("internal"));
        Some(match fragment {
            // The misspelling and the number without its third digit are the API's own.
            "unauthorized" | "unathorized" => Self::Unauthorized,
            "unprovisioned" => Self::Unprovisioned,
            "low-balance" => Self::LowBalance,
            "forbidden" => Self::Forbidden,
            "not-found" => Self::NotFound,
            "invalid-json" => Self::InvalidJson,
            "invalid-params" | "InvalidParams" => Self::InvalidParams,
            "unprocessable-entity" => Self::Unprocessable,
            "throttled" => Self::Throttled,
            "1000" if numbered && internal => Self::InternalError,
            "1000" | "1010" if numbered => Self::Throttled,
            "1060" if numbered => Self::InvalidClientReference,
            "1100" if numbered => Self::UnsupportedChannel,
            "1110" if numbered => Self::InvalidChannelParameters,
            "1120" if numbered => Self::InvalidSender,
            "110" | "1130" if numbered => Self::InvalidRecipient,
            "1140" if numbered => Self::InvalidMessageType,
            "1150" if numbered => Self::InvalidParams,
            other => Self::Other(other.to_owned()),
        })
    }

    /// The complete `type`, as the API writes it today.
    #[must_use]
    pub fn type_url(&self) -> String {
        match self {
            Self::Other(fragment) => format!("{DOCUMENTATION}#{fragment}"),
            known => format!("{DOCUMENTATION}{}", known.row().suffix),
        }
    }

    /// The documented title.
    #[must_use]
    pub fn title(&self) -> &str {
        self.row().title
    }

    /// HTTP status of the response, if documented.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.row().status
    }

    /// Effect of a retry.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.row().kind
    }

    // The misspelling and the number without its third digit are the API's own.
    #[rustfmt::skip]
    fn row(&self) -> Row<'_> {
        use ErrorKind::{Configuration, Permanent, Retry};

        match self {
            Self::Unauthorized => row(401, Configuration, "/#unathorized", "You did not provide correct credentials."),
            Self::Unprovisioned => row(401, Configuration, "/#unprovisioned", "The credentials provided do not have access to the requested product."),
            Self::LowBalance => row(402, Configuration, "/#low-balance", "Low balance"),
            Self::Forbidden => row(403, Configuration, "#forbidden", "Forbidden"),
            Self::NotFound => row(404, Permanent, "#not-found", "Not Found"),
            Self::InvalidJson => row(422, Permanent, "#invalid-json", "The request body did not contain valid JSON"),
            Self::UnsupportedChannel => row(422, Permanent, "/messages#1100", "Unsupported channel"),
            Self::InvalidChannelParameters => row(422, Permanent, "/messages#1110", "Invalid channel parameters"),
            Self::InvalidSender => row(422, Configuration, "/messages#1120", "Invalid sender"),
            Self::InvalidRecipient => row(422, Permanent, "/messages#110", "Invalid recipient"),
            Self::InvalidMessageType => row(422, Permanent, "/messages#1140", "Invalid message type"),
            Self::InvalidParams => row(422, Permanent, "/messages#1150", "Invalid params"),
            Self::InvalidClientReference => row(422, Permanent, "/messages#1060", "Invalid client reference"),
            Self::Unprocessable => row(422, Permanent, "#unprocessable-entity", "Unprocessable Entity"),
            Self::Throttled => row(429, Retry, "/messages#1000", "Rate Limit Hit"),
            Self::InternalError => row(500, Retry, "/messages#1000", "Internal error"),
            Self::Other(fragment) => {
                let (status, kind) = generic(fragment);
                Row { status, kind, suffix: "", title: fragment }
            }
        }
    }
}

/// Facts about one code.
struct Row<'a> {
    status: Option<u16>,
    kind: ErrorKind,
    /// End of the type, after the documentation's URL.
    suffix: &'a str,
    title: &'a str,
}

const fn row<'a>(status: u16, kind: ErrorKind, suffix: &'a str, title: &'a str) -> Row<'a> {
    Row {
        status: Some(status),
        kind,
        suffix,
        title,
    }
}

/// HTTP status, if documented, and effect of a retry of the vendor's generic errors.
fn generic(fragment: &str) -> (Option<u16>, ErrorKind) {
    use ErrorKind::{Configuration, Permanent, Unknown};

    match fragment {
        "account-suspended" | "application-suspended" | "invalid-ip" => (Some(403), Configuration),
        "jwt-expired" | "jwt-revoked" | "invalid-api-key" => (Some(401), Configuration),
        "invalid-signature" | "multiple-auth-methods" => (Some(401), Configuration),
        "invalid-id" => (None, Permanent),
        "wrong-verb" => (Some(405), Permanent),
        "accept-header" => (Some(406), Permanent),
        "content-type-header" => (Some(415), Permanent),
        "unavailable-legal" => (Some(451), Permanent),
        _ => (None, Unknown),
    }
}
