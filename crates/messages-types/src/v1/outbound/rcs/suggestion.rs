//! What a person can tap under an RCS message.

use crate::limits;
use crate::problem::{Invalid, Problems, Rule};
use crate::v1::outbound::written_as;
use crate::value::{Field, Fields, Text, Url, string_value};
use crate::wire::{wire_choice, wire_content, wire_object};

/// What a suggestion says: up to 25 characters.
pub type SuggestionText = Text<0, { limits::RCS_SUGGESTION_TEXT_MAX }>;

/// The description of a link or a calendar event: 1 to 500 characters.
pub type Description = Text<1, { limits::RCS_DESCRIPTION_MAX }>;

/// The title of a calendar event: 1 to 100 characters.
pub type EventTitle = Text<1, { limits::RCS_EVENT_TITLE_MAX }>;

/// A number to dial: 2 to 15 digits of which the first is not 0, with or without a leading `+`
/// (the API documentation gives the pattern `^\+?[1-9]\d{1,14}$`).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DialNumber(String);

string_value!([] DialNumber);

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
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventTime(String);

string_value!([] EventTime);

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

wire_choice! {
    /// How much of the screen a page takes.
    closed enum ViewMode {
        /// All of it.
        Full = "FULL",
        /// Three quarters.
        Tall = "TALL",
        /// Half.
        Half = "HALF",
    }
}

wire_object! {
    /// Dials a number.
    outbound members struct Dial {
        required {
            /// The number.
            phone_number: DialNumber = "phone_number",
        }
        optional {
            /// What is opened where dialling is not possible.
            fallback_url: Url = "fallback_url",
        }
    }
}

written_as! { Dial(DialNumber); }

wire_object! {
    /// Shows a place on the map.
    outbound new members struct ViewLocation {
        required {
            /// Degrees north of the equator, as text.
            latitude: String = "latitude",
            /// Degrees east of Greenwich, as text.
            longitude: String = "longitude",
            /// What the place is called there.
            pin_label: String = "pin_label",
        }
        optional {
            /// What is opened where there is no map.
            fallback_url: Url = "fallback_url",
        }
    }
}

wire_object! {
    /// Opens a page in the browser.
    outbound new members struct OpenUrl {
        required {
            /// The page.
            url: Url = "url",
            /// What it is, for those who cannot see it.
            description: Description = "description",
        }
    }
}

wire_object! {
    /// Opens a page inside the conversation.
    outbound new members struct OpenUrlInWebview {
        required {
            /// The page.
            url: Url = "url",
            /// What it is, for those who cannot see it.
            description: Description = "description",
        }
        optional {
            /// How much of the screen it takes.
            view_mode: ViewMode = "view_mode",
        }
    }
}

wire_object! {
    /// Enters an event into the calendar.
    outbound new members struct CalendarEvent {
        required {
            /// When it starts.
            start_time: EventTime = "start_time",
            /// When it ends.
            end_time: EventTime = "end_time",
            /// What it is called.
            title: EventTitle = "title",
            /// What it is about.
            description: Description = "description",
        }
        optional {
            /// What is opened where there is no calendar.
            fallback_url: Url = "fallback_url",
        }
    }
}

wire_content! {
    /// What happens when a suggestion is tapped.
    outbound enum Action by "type" {
        flat {
            /// A number is dialled.
            Dial(Dial) = "dial",
            /// A place is shown on the map.
            ViewLocation(ViewLocation) = "view_location",
            /// A page is opened in the browser.
            OpenUrl(OpenUrl) = "open_url",
            /// A page is opened inside the conversation.
            OpenUrlInWebview(OpenUrlInWebview) = "open_url_in_webview",
            /// An event is entered into the calendar.
            CreateCalendarEvent(CalendarEvent) = "create_calendar_event",
        }
        unit {
            /// The text is sent back as an answer.
            Reply = "reply",
            /// The person is asked where they are.
            ShareLocation = "share_location",
        }
    }
}

wire_object! {
    /// What a person can tap. A `reply` comes back as an inbound reply whose id is
    /// `postback_data`; every other action as an inbound button whose payload is that.
    outbound struct Suggestion {
        required {
            /// What it says.
            text: SuggestionText = "text",
            /// What comes back when it is tapped.
            postback_data: String = "postback_data",
        }
        flatten {
            /// What happens then.
            action: Action,
        }
        elsewhere &[
            "description", "end_time", "fallback_url", "latitude", "longitude", "phone_number",
            "pin_label", "start_time", "title", "url", "view_mode",
        ];
    }
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
                .map(|(text, action)| Self::bare(text, postback_data, action)),
        )
    }
}

macro_rules! actions {
    ($( $(#[$meta:meta])* $name:ident($type:ty) = $variant:ident at $pointer:literal; )*) => {
        impl Suggestion { $(
            $(#[$meta])*
            ///
            /// # Errors
            ///
            /// All arguments that break a rule, each by its JSON pointer within the suggestion.
            pub fn $name(
                text: impl Field<SuggestionText>,
                postback_data: impl Into<String>,
                $name: impl Field<$type>,
            ) -> Result<Self, Problems> {
                Self::assemble(text, postback_data.into(), |fields| {
                    fields.take($pointer, $name).map(Action::$variant)
                })
            }
        )* }
    };
}

actions! {
    /// Dials a number.
    dial(Dial) = Dial at "/phone_number";
    /// Shows a place on the map.
    view_location(ViewLocation) = ViewLocation at "";
    /// Opens a page in the browser.
    open_url(OpenUrl) = OpenUrl at "";
    /// Opens a page inside the conversation.
    open_url_in_webview(OpenUrlInWebview) = OpenUrlInWebview at "";
    /// Enters an event into the calendar.
    create_calendar_event(CalendarEvent) = CreateCalendarEvent at "";
}
