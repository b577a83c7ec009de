//! All limits of the API, each with its source.
//!
//! "Specification" is the vendor's OpenAPI description of the Messages API, version 1.20.0,
//! "0.4.0" is the description of its v0.1 generation, and "dispatch 0.3.3" that of the workflows.
//! Lengths count Unicode scalar values; both ends are included.

/// Fewest digits of a phone number (specification).
pub const PHONE_DIGITS_MIN: usize = 7;
/// Most digits of a phone number (specification; E.164).
pub const PHONE_DIGITS_MAX: usize = 15;
/// Shortest text, title or body of a message, if required. The specification requires the field and gives no minimum; a
/// message without a text is billed and shows nothing.
pub const TEXT_MIN: usize = 1;
/// Longest ID of a Messenger page or user, or of a Viber service (specification).
pub const ID_MAX: usize = 50;
/// Longest caption of a file, if the channel shows captions (specification).
pub const CAPTION_MAX: usize = 3_000;
/// Shortest URL of an audio file over WhatsApp and Messenger (specification).
pub const AUDIO_URL_MIN: usize = 10;
/// Longest URL of an audio file over WhatsApp and Messenger (specification).
pub const AUDIO_URL_MAX: usize = 2_000;

/// Longest client reference of a v1 message (specification; 40 before version 1.11).
pub const CLIENT_REF_MAX: usize = 100;
/// Longest text of an SMS (specification; 1,000 before version 1.20).
pub const SMS_TEXT_MAX: usize = 3_200;
/// Shortest time to live of an SMS, in seconds (specification).
pub const SMS_TTL_MIN: u32 = 20;
/// Longest time to live of an SMS, in seconds: 7 days (specification).
pub const SMS_TTL_MAX: u32 = 604_800;
/// Shortest time to live of an MMS, in seconds (specification).
pub const MMS_TTL_MIN: u32 = 300;
/// Longest time to live of an MMS, in seconds: 3 days (specification).
pub const MMS_TTL_MAX: u32 = 259_200;
/// Longest text over RCS (specification).
pub const RCS_TEXT_MAX: usize = 3_072;
/// Shortest time to live of an RCS message, in seconds (specification).
pub const RCS_TTL_MIN: u32 = 20;
/// Longest time to live of an RCS message, in seconds: 3 days (specification).
pub const RCS_TTL_MAX: u32 = 259_200;
/// Most suggestions under an RCS text or carousel (specification).
pub const RCS_SUGGESTIONS_MAX: usize = 11;
/// Most suggestions on an RCS card (specification).
pub const RCS_CARD_SUGGESTIONS_MAX: usize = 4;
/// Longest title of an RCS card (specification).
pub const RCS_CARD_TITLE_MAX: usize = 200;
/// Longest text of an RCS card (specification).
pub const RCS_CARD_TEXT_MAX: usize = 2_000;
/// Fewest cards of an RCS carousel (specification).
pub const RCS_CARDS_MIN: usize = 2;
/// Most cards of an RCS carousel (specification).
pub const RCS_CARDS_MAX: usize = 10;
/// Longest text of an RCS suggestion (specification).
pub const RCS_SUGGESTION_TEXT_MAX: usize = 25;
/// Fewest digits of the number that an RCS suggestion dials (specification).
pub const RCS_DIAL_DIGITS_MIN: usize = 2;
/// Most digits of the number that an RCS suggestion dials (specification).
pub const RCS_DIAL_DIGITS_MAX: usize = 15;
/// Longest description of a link or a calendar event over RCS (specification).
pub const RCS_DESCRIPTION_MAX: usize = 500;
/// Longest title of a calendar event over RCS (specification).
pub const RCS_EVENT_TITLE_MAX: usize = 100;
/// Longest text over WhatsApp (specification).
pub const WHATSAPP_TEXT_MAX: usize = 4_096;
/// Longest text over Messenger (specification).
pub const MESSENGER_TEXT_MAX: usize = 640;
/// Longest text over Viber (specification).
pub const VIBER_TEXT_MAX: usize = 1_000;
/// Shortest time to live of a Viber message, in seconds (specification).
pub const VIBER_TTL_MIN: u32 = 30;
/// Longest time to live of a Viber message, in seconds: 3 days (specification).
pub const VIBER_TTL_MAX: u32 = 259_200;
/// Longest text of the button under a Viber message (specification).
pub const VIBER_ACTION_TEXT_MAX: usize = 30;
/// Longest URL of the thumbnail of a Viber video (specification).
pub const VIBER_THUMB_URL_MAX: usize = 1_000;
/// Longest name of a file over Viber (specification).
pub const VIBER_FILE_NAME_MAX: usize = 25;
/// Longest Viber video, in seconds (specification).
pub const VIBER_DURATION_MAX: u32 = 600;
/// Largest Viber video, in MB (specification).
pub const VIBER_FILE_SIZE_MAX: u32 = 200;

/// Longest display name in an e-mail (specification).
pub const EMAIL_NAME_MAX: usize = 100;

/// Longest client reference of a v0.1 message (0.4.0).
pub const V0_1_CLIENT_REF_MAX: usize = 40;
/// Longest address of a v0.1 message, number or ID (0.4.0).
pub const V0_1_ADDRESS_MAX: usize = 50;
/// Longest text of a v0.1 SMS (0.4.0).
pub const V0_1_SMS_TEXT_MAX: usize = 1_000;
/// Longest URL of an image in a v0.1 message (0.4.0).
pub const V0_1_IMAGE_URL_MAX: usize = 2_000;
/// Longest text of a v0.1 WhatsApp message; the shortest has one character (0.4.0).
pub const V0_1_WHATSAPP_TEXT_MAX: usize = 4_096;
/// Longest time to live of a Viber message inside a workflow, in seconds: one day, although a
/// single message may have three (dispatch 0.3.3).
pub const WORKFLOW_VIBER_TTL_MAX: u32 = 86_400;
/// Shortest period a workflow waits for a step, in seconds (dispatch 0.3.3).
pub const EXPIRY_TIME_MIN: u32 = 15;
/// Longest period a workflow waits for a step, in seconds: one day (dispatch 0.3.3).
pub const EXPIRY_TIME_MAX: u32 = 86_400;

// Journeys are a format of this crate: their limits have no other source.

/// Most steps of a journey.
pub const JOURNEY_STEPS_MAX: usize = 50;
/// Most messages of a journey, all alternatives included.
pub const JOURNEY_MESSAGES_MAX: usize = 255;
/// Longest name of a step or a signal of a journey.
pub const JOURNEY_NAME_MAX: usize = 64;
/// Most channels of a step of a journey, in the order of preference.
pub const JOURNEY_ALTERNATIVES_MAX: usize = 10;
/// Most events that end a journey.
pub const JOURNEY_STOP_ON_MAX: usize = 20;
/// Most error codes that continue a journey, for each step.
pub const JOURNEY_ERROR_CODES_MAX: usize = 50;
/// Longest name of a time zone.
pub const JOURNEY_ZONE_MAX: usize = 64;
/// Shortest period in which a step of a journey must reach its status, in seconds.
pub const JOURNEY_WITHIN_MIN: u32 = 1;
/// Longest period in which a step of a journey must reach its status, in seconds: 30 days.
pub const JOURNEY_WITHIN_MAX: u32 = 2_592_000;
/// Shortest wait between two steps of a journey, in seconds.
pub const JOURNEY_WAIT_MIN: u32 = 1;
/// Longest wait between two steps of a journey, in seconds: 365 days.
pub const JOURNEY_WAIT_MAX: u32 = 31_536_000;
/// Shortest period for which blindness may hold the deadlines of a journey, in seconds.
pub const JOURNEY_MAX_HOLD_MIN: u32 = 1;
/// Longest period for which blindness may hold the deadlines of a journey, in seconds: 30 days.
pub const JOURNEY_MAX_HOLD_MAX: u32 = 2_592_000;
/// Wait for statuses under delivery before a journey continues, in seconds, if the step does not set it.
pub const JOURNEY_GRACE_DEFAULT: u32 = 5;
/// Longest wait for statuses under delivery before a journey continues, in seconds: 1 hour.
pub const JOURNEY_GRACE_MAX: u32 = 3_600;
/// Longest name of a variable of a template.
pub const VARIABLE_NAME_MAX: usize = 64;
