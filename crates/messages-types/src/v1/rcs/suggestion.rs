//! Suggested replies and actions of an RCS message.

use crate::error::{Invalid, Problems, Rule};
use crate::value::{self, Field, Fields, Url};
use crate::wire::Wire;
use crate::{Extra, limits};

/// Text of a suggestion: 1 to 25 characters.
pub type SuggestionText = value::Text<{ limits::TEXT_MIN }, { limits::RCS_SUGGESTION_TEXT_MAX }>;

/// The description of a link or a calendar event: 1 to 500 characters.
pub type Description = value::Text<1, { limits::RCS_DESCRIPTION_MAX }>;

/// The title of a calendar event: 1 to 100 characters.
pub type EventTitle = value::Text<1, { limits::RCS_EVENT_TITLE_MAX }>;

/// A number to dial: 2 to 15 digits of which the first is not 0, with or without a leading `+`
/// (the API documentation gives the pattern `^\+?[1-9]\d{1,14}$`).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct DialNumber(String);

impl DialNumber {
    fn refusal(text: &str) -> Option<Invalid> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let fits = (limits::RCS_DIAL_DIGITS_MIN..=limits::RCS_DIAL_DIGITS_MAX)
            .contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        (!fits).then(|| {
            Invalid::new(
                Rule::Format,
                "must be 2 to 15 digits, the first not 0, with or without a leading +",
            )
        })
    }
}

/// An instant in ISO 8601, with its offset: `2026-06-28T19:00:00Z`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct EventTime(String);

impl EventTime {
    fn refusal(text: &str) -> Option<Invalid> {
        let instant = text.parse::<jiff::Timestamp>().is_ok();
        // Not ISO 8601, but accepted by the parser: a space for the T, and a zone in brackets.
        let plain = text.contains('T') && !text.contains('[');
        (!instant || !plain).then(|| {
            Invalid::new(
                Rule::Format,
                "must be an ISO 8601 instant, like 2026-06-28T19:00:00Z",
            )
        })
    }
}

impl From<jiff::Timestamp> for EventTime {
    fn from(instant: jiff::Timestamp) -> Self {
        Self(instant.to_string())
    }
}

/// Part of the screen a page covers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ViewMode {
    /// All of the screen.
    Full,
    /// Three quarters of the screen.
    Tall,
    /// Half of the screen.
    Half,
}

/// Shows a place on the map.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct ViewLocation {
    /// Latitude, in degrees north of the equator, as a string.
    pub latitude: String,
    /// Longitude, in degrees east of Greenwich, as a string.
    pub longitude: String,
    /// Label of the place on the map.
    pub pin_label: String,
    /// URL opened if a map is not available.
    pub fallback_url: Option<Url>,
}

/// Opens a page in the browser.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct OpenUrl {
    /// URL of the page.
    pub url: Url,
    /// Description of the page, for accessibility: 1 to 500 characters.
    pub description: Description,
}

/// Opens a page inside the conversation.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct OpenUrlInWebview {
    /// URL of the page.
    pub url: Url,
    /// Description of the page, for accessibility: 1 to 500 characters.
    pub description: Description,
    /// Part of the screen the page covers.
    pub view_mode: Option<ViewMode>,
}

/// Adds an event to the calendar.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct CalendarEvent {
    /// Start of the event.
    pub start_time: EventTime,
    /// End of the event.
    pub end_time: EventTime,
    /// Title of the event: 1 to 100 characters.
    pub title: EventTitle,
    /// Description of the event: 1 to 500 characters.
    pub description: Description,
    /// URL opened if a calendar is not available.
    pub fallback_url: Option<Url>,
}

/// Action of a tapped suggestion.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum Action {
    /// Dials a number.
    Dial {
        /// Number to dial.
        phone_number: DialNumber,
        /// URL opened if dialling is not possible.
        fallback_url: Option<Url>,
    },
    /// Shows a place on the map.
    #[wire(flatten)]
    ViewLocation(ViewLocation),
    /// Opens a page in the browser.
    #[wire(flatten)]
    OpenUrl(OpenUrl),
    /// Opens a page inside the conversation.
    #[wire(flatten)]
    OpenUrlInWebview(OpenUrlInWebview),
    /// Adds an event to the calendar.
    #[wire(flatten)]
    CreateCalendarEvent(CalendarEvent),
    /// Sends the text back as a reply.
    Reply,
    /// Asks the recipient to share their location.
    ShareLocation,
}

/// Suggested reply or action. A `reply` is returned as an inbound reply whose ID is
/// `postback_data`; every other action as an inbound button whose payload is `postback_data`.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced(Action))]
#[non_exhaustive]
pub struct Suggestion {
    /// Text of the suggestion: up to 25 characters.
    pub text: SuggestionText,
    /// Data returned when the suggestion is tapped.
    pub postback_data: String,
    /// Action of the suggestion when tapped.
    #[wire(flatten)]
    pub action: Action,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Suggestion {
    /// A suggestion with any action, such as an [`OpenUrl`].
    ///
    /// # Errors
    ///
    /// All invalid arguments, each with its JSON pointer within the suggestion.
    pub fn new(
        text: impl Field<SuggestionText>,
        postback_data: impl Into<String>,
        action: impl Into<Action>,
    ) -> Result<Self, Problems> {
        Self::assemble(text, postback_data.into(), |_| Some(action.into()))
    }

    /// Sends the text back as a reply.
    ///
    /// # Errors
    ///
    /// `text` is invalid.
    pub fn reply(
        text: impl Field<SuggestionText>,
        postback_data: impl Into<String>,
    ) -> Result<Self, Problems> {
        Self::new(text, postback_data, Action::Reply)
    }

    /// Asks the recipient to share their location.
    ///
    /// # Errors
    ///
    /// `text` is invalid.
    pub fn share_location(
        text: impl Field<SuggestionText>,
        postback_data: impl Into<String>,
    ) -> Result<Self, Problems> {
        Self::new(text, postback_data, Action::ShareLocation)
    }

    /// Dials a number.
    ///
    /// # Errors
    ///
    /// All invalid arguments, each with its JSON pointer within the suggestion.
    pub fn dial(
        text: impl Field<SuggestionText>,
        postback_data: impl Into<String>,
        phone_number: impl Field<DialNumber>,
    ) -> Result<Self, Problems> {
        Self::assemble(text, postback_data.into(), |fields| {
            Some(Action::Dial {
                phone_number: fields.take("/phone_number", phone_number)?,
                fallback_url: None,
            })
        })
    }

    fn assemble(
        text: impl Field<SuggestionText>,
        postback_data: String,
        action: impl FnOnce(&mut Fields) -> Option<Action>,
    ) -> Result<Self, Problems> {
        let mut fields = Fields::default();
        let text = fields.take("/text", text);
        let action = action(&mut fields);
        fields.build(
            text.zip(action)
                .map(|(text, action)| Self::from_parts(text, postback_data, action)),
        )
    }
}
