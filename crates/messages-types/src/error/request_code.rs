//! Errors in the API's responses to requests.

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
        let suffix = match self {
            // The misspelling is the API's own.
            Self::Unauthorized => "/#unathorized",
            Self::Unprovisioned => "/#unprovisioned",
            Self::LowBalance => "/#low-balance",
            Self::Forbidden => "#forbidden",
            Self::NotFound => "#not-found",
            Self::InvalidJson => "#invalid-json",
            Self::UnsupportedChannel => "/messages#1100",
            Self::InvalidChannelParameters => "/messages#1110",
            Self::InvalidSender => "/messages#1120",
            // The number without its third digit is the API's own.
            Self::InvalidRecipient => "/messages#110",
            Self::InvalidMessageType => "/messages#1140",
            Self::InvalidParams => "/messages#1150",
            Self::InvalidClientReference => "/messages#1060",
            Self::Unprocessable => "#unprocessable-entity",
            Self::Throttled | Self::InternalError => "/messages#1000",
            Self::Other(fragment) => return format!("{DOCUMENTATION}#{fragment}"),
        };
        format!("{DOCUMENTATION}{suffix}")
    }

    /// The documented title.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Unauthorized => "You did not provide correct credentials.",
            Self::Unprovisioned => {
                "The credentials provided do not have access to the requested product."
            }
            Self::LowBalance => "Low balance",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "Not Found",
            Self::InvalidJson => "The request body did not contain valid JSON",
            Self::UnsupportedChannel => "Unsupported channel",
            Self::InvalidChannelParameters => "Invalid channel parameters",
            Self::InvalidSender => "Invalid sender",
            Self::InvalidRecipient => "Invalid recipient",
            Self::InvalidMessageType => "Invalid message type",
            Self::InvalidParams => "Invalid params",
            Self::InvalidClientReference => "Invalid client reference",
            Self::Unprocessable => "Unprocessable Entity",
            Self::Throttled => "Rate Limit Hit",
            Self::InternalError => "Internal error",
            Self::Other(fragment) => fragment,
        }
    }

    /// HTTP status of the response, if documented.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        Some(match self {
            Self::Unauthorized | Self::Unprovisioned => 401,
            Self::LowBalance => 402,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::InvalidJson
            | Self::UnsupportedChannel
            | Self::InvalidChannelParameters
            | Self::InvalidSender
            | Self::InvalidRecipient
            | Self::InvalidMessageType
            | Self::InvalidParams
            | Self::InvalidClientReference
            | Self::Unprocessable => 422,
            Self::Throttled => 429,
            Self::InternalError => 500,
            Self::Other(fragment) => match fragment.as_str() {
                "account-suspended" | "application-suspended" | "invalid-ip" => 403,
                "jwt-expired"
                | "jwt-revoked"
                | "invalid-api-key"
                | "invalid-signature"
                | "multiple-auth-methods" => 401,
                "wrong-verb" => 405,
                "accept-header" => 406,
                "content-type-header" => 415,
                "unavailable-legal" => 451,
                _ => return None,
            },
        })
    }

    /// Effect of a retry.
    #[must_use]
    pub fn kind(&self) -> crate::ErrorKind {
        use crate::ErrorKind;

        match self {
            Self::Throttled | Self::InternalError => ErrorKind::Retry,
            Self::Unauthorized
            | Self::Unprovisioned
            | Self::LowBalance
            | Self::Forbidden
            | Self::InvalidSender => ErrorKind::Configuration,
            Self::Other(fragment) => match fragment.as_str() {
                "account-suspended"
                | "application-suspended"
                | "invalid-ip"
                | "jwt-expired"
                | "jwt-revoked"
                | "invalid-api-key"
                | "invalid-signature"
                | "multiple-auth-methods" => ErrorKind::Configuration,
                "invalid-id"
                | "wrong-verb"
                | "accept-header"
                | "content-type-header"
                | "unavailable-legal" => ErrorKind::Permanent,
                _ => ErrorKind::Unknown,
            },
            _ => ErrorKind::Permanent,
        }
    }
}
