//! What a person can tap under an RCS message.

use crate::Extra;
use crate::error::{Invalid, Problems, Rule};
use crate::limits;
use crate::value::{self, Field, Fields, Url};
use crate::wire::Wire;

/// What a suggestion says: up to 25 characters.
pub type SuggestionText = value::Text<0, { limits::RCS_SUGGESTION_TEXT_MAX }>;

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
        // Not ISO 8601, but understood by the parser: a space for the T, and a zone in brackets.
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

/// How much of the screen a page takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ViewMode {
    /// All of it.
    Full,
    /// Three quarters.
    Tall,
    /// Half.
    Half,
}

/// Shows a place on the map.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct ViewLocation {
    /// Degrees north of the equator, as text.
    pub latitude: String,
    /// Degrees east of Greenwich, as text.
    pub longitude: String,
    /// What the place is called there.
    pub pin_label: String,
    /// What is opened where there is no map.
    pub fallback_url: Option<Url>,
}

/// Opens a page in the browser.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct OpenUrl {
    /// The page.
    pub url: Url,
    /// What it is, for those who cannot see it.
    pub description: Description,
}

/// Opens a page inside the conversation.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct OpenUrlInWebview {
    /// The page.
    pub url: Url,
    /// What it is, for those who cannot see it.
    pub description: Description,
    /// How much of the screen it takes.
    pub view_mode: Option<ViewMode>,
}

/// Enters an event into the calendar.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct CalendarEvent {
    /// When it starts.
    pub start_time: EventTime,
    /// When it ends.
    pub end_time: EventTime,
    /// What it is called.
    pub title: EventTitle,
    /// What it is about.
    pub description: Description,
    /// What is opened where there is no calendar.
    pub fallback_url: Option<Url>,
}

/// What happens when a suggestion is tapped.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum Action {
    /// A number is dialled.
    Dial {
        /// The number.
        phone_number: DialNumber,
        /// URL that is opened where dialling is not possible.
        fallback_url: Option<Url>,
    },
    /// A place is shown on the map.
    #[wire(flatten)]
    ViewLocation(ViewLocation),
    /// A page is opened in the browser.
    #[wire(flatten)]
    OpenUrl(OpenUrl),
    /// A page is opened inside the conversation.
    #[wire(flatten)]
    OpenUrlInWebview(OpenUrlInWebview),
    /// An event is entered into the calendar.
    #[wire(flatten)]
    CreateCalendarEvent(CalendarEvent),
    /// The text is sent back as an answer.
    Reply,
    /// The person is asked where they are.
    ShareLocation,
}

/// What a person can tap. A `reply` comes back as an inbound reply whose id is
/// `postback_data`; every other action as an inbound button whose payload is that.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[wire(misplaced(Action))]
#[non_exhaustive]
pub struct Suggestion {
    /// What it says.
    pub text: SuggestionText,
    /// What comes back when it is tapped.
    pub postback_data: String,
    /// What happens then.
    #[wire(flatten)]
    pub action: Action,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Suggestion {
    /// A suggestion with any action.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer within the suggestion.
    pub fn new(
        text: impl Field<SuggestionText>,
        postback_data: impl Into<String>,
        action: Action,
    ) -> Result<Self, Problems> {
        Self::assemble(text, postback_data.into(), |_| Some(action))
    }

    /// Sends the text back as an answer.
    ///
    /// # Errors
    ///
    /// When the text breaks its rule.
    pub fn reply(
        text: impl Field<SuggestionText>,
        postback_data: impl Into<String>,
    ) -> Result<Self, Problems> {
        Self::new(text, postback_data, Action::Reply)
    }

    /// Asks the person where they are.
    ///
    /// # Errors
    ///
    /// When the text breaks its rule.
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
    /// All arguments that break a rule, each by its JSON pointer within the suggestion.
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

    /// Shows a place on the map.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer within the suggestion.
    pub fn view_location(
        text: impl Field<SuggestionText>,
        postback_data: impl Into<String>,
        view_location: ViewLocation,
    ) -> Result<Self, Problems> {
        Self::new(text, postback_data, Action::ViewLocation(view_location))
    }

    /// Opens a page in the browser.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer within the suggestion.
    pub fn open_url(
        text: impl Field<SuggestionText>,
        postback_data: impl Into<String>,
        open_url: OpenUrl,
    ) -> Result<Self, Problems> {
        Self::new(text, postback_data, Action::OpenUrl(open_url))
    }

    /// Opens a page inside the conversation.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer within the suggestion.
    pub fn open_url_in_webview(
        text: impl Field<SuggestionText>,
        postback_data: impl Into<String>,
        open_url_in_webview: OpenUrlInWebview,
    ) -> Result<Self, Problems> {
        Self::new(
            text,
            postback_data,
            Action::OpenUrlInWebview(open_url_in_webview),
        )
    }

    /// Enters an event into the calendar.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer within the suggestion.
    pub fn create_calendar_event(
        text: impl Field<SuggestionText>,
        postback_data: impl Into<String>,
        create_calendar_event: CalendarEvent,
    ) -> Result<Self, Problems> {
        Self::new(
            text,
            postback_data,
            Action::CreateCalendarEvent(create_calendar_event),
        )
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
