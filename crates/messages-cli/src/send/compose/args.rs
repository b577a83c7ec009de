//! The flags that make up one message.

use clap::{Args, ValueEnum};

use crate::usage::text;

/// The channels by the names that users type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChannelName {
    Sms,
    Mms,
    Rcs,
    Whatsapp,
    Messenger,
    Viber,
    Email,
}

impl ChannelName {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Mms => "mms",
            Self::Rcs => "rcs",
            Self::Whatsapp => "whatsapp",
            Self::Messenger => "messenger",
            Self::Viber => "viber",
            Self::Email => "email",
        }
    }
}

/// The generations of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Api {
    #[default]
    V1,
    #[value(name = "v0.1")]
    V0_1,
}

/// Sender, recipient, content and options of a message.
#[derive(Debug, Default, Args)]
pub(crate) struct MessageArgs {
    /// The sender: a number, a name, or the id of a page or service
    #[arg(long, value_name = "SENDER", allow_hyphen_values = true, value_parser = text)]
    pub(crate) from: Option<String>,

    /// The recipient: a number as digits with its country code, an id or an address
    #[arg(long, value_name = "RECIPIENT", allow_hyphen_values = true, value_parser = text)]
    pub(crate) to: Option<String>,

    #[command(flatten)]
    pub(crate) content: ContentArgs,

    #[command(flatten)]
    pub(crate) options: OptionArgs,
}

/// Content of a message: exactly one of these.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Content")]
#[group(multiple = false)]
pub(crate) struct ContentArgs {
    /// A text; `-` reads it from stdin
    #[arg(long, allow_hyphen_values = true, value_parser = text)]
    pub(crate) text: Option<String>,

    /// An image by its URL
    #[arg(long, value_name = "URL")]
    pub(crate) image: Option<String>,

    /// An audio file by its URL
    #[arg(long, value_name = "URL")]
    pub(crate) audio: Option<String>,

    /// A video by its URL
    #[arg(long, value_name = "URL")]
    pub(crate) video: Option<String>,

    /// With a channel, a file by its URL; without one, the messages to send: a file, or `-` for stdin
    #[arg(long, value_name = "URL|FILE")]
    pub(crate) file: Option<String>,

    /// A contact card by its URL (MMS)
    #[arg(long, value_name = "URL")]
    pub(crate) vcard: Option<String>,

    /// A sticker by its URL (WhatsApp)
    #[arg(long, value_name = "URL")]
    pub(crate) sticker: Option<String>,

    /// A registered template by its name (WhatsApp, Viber)
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, value_parser = text)]
    pub(crate) template: Option<String>,

    /// A reaction to the message that --context names (WhatsApp)
    #[arg(long, value_name = "EMOJI", allow_hyphen_values = true, value_parser = text)]
    pub(crate) reaction: Option<String>,

    /// Removes the reaction (WhatsApp)
    #[arg(long)]
    pub(crate) unreact: bool,

    /// An HTML body (email)
    #[arg(long, allow_hyphen_values = true, value_parser = text)]
    pub(crate) html: Option<String>,

    /// Several media or bodies: a JSON array (MMS, email)
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) content: Option<String>,

    /// A rich card as JSON (RCS)
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) card: Option<String>,

    /// A carousel as JSON (RCS)
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) carousel: Option<String>,

    /// An object that the provider gets as it is (WhatsApp, RCS)
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) custom: Option<String>,
}

/// Optional fields of a message.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Options of the message")]
pub(crate) struct OptionArgs {
    /// A text shown with the medium
    #[arg(long, allow_hyphen_values = true, value_parser = text)]
    pub(crate) caption: Option<String>,

    /// The name under which a file is shown
    #[arg(long, allow_hyphen_values = true, value_parser = text)]
    pub(crate) name: Option<String>,

    /// A preview of a video, by its URL (Viber)
    #[arg(long, value_name = "URL")]
    pub(crate) thumbnail: Option<String>,

    /// Purpose of the message (Messenger, Viber, RCS)
    #[arg(long, allow_hyphen_values = true, value_parser = text)]
    pub(crate) category: Option<String>,

    /// The purpose that Messenger's category message_tag asks for
    #[arg(long, allow_hyphen_values = true, value_parser = text)]
    pub(crate) tag: Option<String>,

    /// Time to live: how long delivery is attempted, in seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) ttl: Option<u32>,

    /// Your own reference, repeated in every status. By default one is minted for each message that has none, also in files
    /// and tables, but not shown in a dry run; `none` sends without
    #[arg(long, value_name = "REF", allow_hyphen_values = true, value_parser = text)]
    pub(crate) client_ref: Option<String>,

    /// Value of a template parameter; repeat for each, in order
    #[arg(long = "parameter", value_name = "TEXT", allow_hyphen_values = true, value_parser = text)]
    pub(crate) parameters: Vec<String>,

    /// The language of a template, such as en_GB (WhatsApp)
    #[arg(long, allow_hyphen_values = true, value_parser = text)]
    pub(crate) locale: Option<String>,

    /// The message that this one replies to (WhatsApp)
    #[arg(long, value_name = "UUID")]
    pub(crate) context: Option<String>,

    /// The encoding of an SMS: text, unicode or auto
    #[arg(long)]
    pub(crate) encoding: Option<String>,

    /// The id of registered content (SMS)
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = text)]
    pub(crate) content_id: Option<String>,

    /// The id of the registered sender (SMS)
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = text)]
    pub(crate) entity_id: Option<String>,

    /// The pool of numbers to send from (SMS)
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = text)]
    pub(crate) pool_id: Option<String>,

    /// Passes the Fraud Defender for this recipient (SMS, MMS, RCS)
    #[arg(long)]
    pub(crate) trusted_recipient: bool,

    /// Buttons and suggested replies as a JSON array (RCS)
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) suggestions: Option<String>,

    /// The length of a video in seconds (Viber)
    #[arg(long, value_name = "SECONDS")]
    pub(crate) duration: Option<u32>,

    /// The size of a video in MB (Viber)
    #[arg(long, value_name = "MB")]
    pub(crate) file_size: Option<u32>,

    /// Target of the button (Viber)
    #[arg(long, value_name = "URL", requires = "action_text")]
    pub(crate) action_url: Option<String>,

    /// Label of the button (Viber)
    #[arg(long, value_name = "TEXT", requires = "action_url", allow_hyphen_values = true, value_parser = text)]
    pub(crate) action_text: Option<String>,

    /// The subject (email)
    #[arg(long, allow_hyphen_values = true, value_parser = text)]
    pub(crate) subject: Option<String>,

    /// URL for the statuses of this message
    #[arg(long, value_name = "URL")]
    pub(crate) webhook_url: Option<String>,

    /// The format of the statuses of this message: v1 or v0.1
    #[arg(long, value_name = "VERSION")]
    pub(crate) webhook_version: Option<String>,
}
