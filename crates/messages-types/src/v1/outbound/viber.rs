//! Viber Service Messages.

use super::media::{Caption, CaptionedMedia, ELSEWHERE as MEDIA_ELSEWHERE};
use super::{ELSEWHERE, Envelope, OPTIONS_ELSEWHERE, constructors, envelope_setters, written_as};
use crate::limits;
use crate::problem::Problems;
use crate::value::{Field, NumberText, PhoneNumber, Seconds, Text, Url};
use crate::wire::{Context, wire_choice, wire_content, wire_object};

/// The id of a Viber service: 1 to 50 characters.
pub type ViberId = Text<1, { limits::ID_MAX }>;

/// The text of a Viber message: up to 1,000 characters.
pub type ViberText = Text<0, { limits::VIBER_TEXT_MAX }>;

/// How long delivery is tried: 30 seconds to 3 days.
pub type ViberTtl = Seconds<{ limits::VIBER_TTL_MIN }, { limits::VIBER_TTL_MAX }>;

/// The text of the button under a message: up to 30 characters.
pub type ViberActionText = Text<0, { limits::VIBER_ACTION_TEXT_MAX }>;

/// The URL of a video's thumbnail: up to 1,000 characters.
pub type ViberThumbUrl = Url<1, { limits::VIBER_THUMB_URL_MAX }>;

/// The name under which a file is shown: up to 25 characters.
pub type ViberFileName = Text<0, { limits::VIBER_FILE_NAME_MAX }>;

/// The length of a video: 1 to 600 seconds.
pub type ViberDuration = NumberText<1, { limits::VIBER_DURATION_MAX }>;

/// The size of a video: 1 to 200 MB.
pub type ViberFileSize = NumberText<1, { limits::VIBER_FILE_SIZE_MAX }>;

wire_choice! {
    /// What a message is for, which sets its price.
    closed enum ViberCategory {
        /// About something the person has ordered or asked for: the default.
        Transaction = "transaction",
        /// Promotional.
        Promotion = "promotion",
    }
}

wire_object! {
    /// The button under a text or an image.
    outbound new struct ViberAction {
        required {
            /// Where it leads.
            url: Url = "url",
            /// What it says.
            text: ViberActionText = "text",
        }
    }
}

wire_object! {
    /// Options that only a Viber message has.
    #[derive(Default)]
    outbound struct ViberOptions {
        optional {
            /// What the message is for.
            category: ViberCategory = "category",
            /// How long delivery is tried.
            ttl: ViberTtl = "ttl",
            /// `template` where a country (Belarus, Russia, Ukraine) demands registered templates.
            kind: String = "type",
            /// A button. Texts and images can have one; an image then needs a caption.
            action: ViberAction = "action",
            /// The length of a video, in seconds; compulsory with one.
            duration: ViberDuration = "duration",
            /// The size of a video, in MB; compulsory with one.
            file_size: ViberFileSize = "file_size",
        }
        elsewhere OPTIONS_ELSEWHERE;
    }
}

wire_object! {
    /// A video.
    outbound new struct ViberVideo {
        required {
            /// Where the API fetches it.
            url: Url = "url",
            /// Where the API fetches the picture that is shown until it is played.
            thumb_url: ViberThumbUrl = "thumb_url",
        }
        optional {
            /// The text shown with it.
            caption: Caption = "caption",
        }
        elsewhere &["action", "duration", "file_size", "name"];
    }
}

wire_object! {
    /// A file: doc, docx, rtf, odt, txt, pdf, xls, xlsx, csv and more, up to 200 MB.
    outbound struct ViberFile {
        required {
            /// Where the API fetches it. Without a `name` it should end in a file name with an
            /// extension, which nobody checks.
            url: Url = "url",
        }
        optional {
            /// The name under which it is shown, with its extension.
            name: ViberFileName = "name",
        }
        elsewhere MEDIA_ELSEWHERE;
    }
}

written_as! { ViberFile(Url); }

wire_content! {
    /// What a Viber message can hold.
    outbound enum ViberContent by "message_type" {
        nested {
            /// A text.
            Text(ViberText) = "text",
            /// An image: jpg, jpeg or png.
            Image(CaptionedMedia) = "image",
            /// A video.
            Video(ViberVideo) = "video",
            /// A file.
            File(ViberFile) = "file",
        }
    }
}

wire_object! {
    /// A Viber Service Message.
    ///
    /// ```
    /// use messages_types::v1::Viber;
    /// use messages_types::v1::outbound::viber::{ViberAction, ViberOptions};
    ///
    /// let button = ViberAction::new("https://example.com/orders/17", "Follow it")?;
    /// let message = Viber::text("service-1", "447700900000", "Your order is on its way")?
    ///     .viber_service(ViberOptions::default().action(button));
    /// assert!(message.validate().is_ok());
    /// # Ok::<(), messages_types::Problems>(())
    /// ```
    outbound struct Viber {
        constants { "channel" = "viber_service"; }
        required {
            /// The service.
            from: ViberId = "from",
            /// Whom it reaches.
            to: PhoneNumber = "to",
        }
        flatten {
            /// What it holds.
            content: ViberContent,
            /// What the messages of every channel have in common.
            envelope: Envelope,
        }
        optional {
            /// Options that only a Viber message has.
            viber_service: ViberOptions = "viber_service",
        }
        elsewhere ELSEWHERE;
        rules options_rule(content; viber_service);
    }
}

/// Which option goes with which content.
fn options_rule(content: &ViberContent, options: Option<&ViberOptions>, cx: &mut Context) {
    let action = options.is_some_and(|options| options.action.is_some());
    let duration = options.is_some_and(|options| options.duration.is_some());
    let file_size = options.is_some_and(|options| options.file_size.is_some());
    match content {
        ViberContent::Video(_) if options.is_none() => {
            cx.lacks("viber_service", "is required with a video");
        }
        ViberContent::Video(_) => cx.within("viber_service", |cx| {
            if !duration {
                cx.lacks("duration", "is required with a video");
            }
            if !file_size {
                cx.lacks("file_size", "is required with a video");
            }
        }),
        ViberContent::Image(image) if action && image.caption.is_none() => {
            cx.within("image", |cx| {
                cx.lacks("caption", "is required with viber_service.action");
            });
        }
        ViberContent::Text(_) | ViberContent::Image(_) | ViberContent::File(_) => {}
    }
    cx.within("viber_service", |cx| {
        if action && matches!(content, ViberContent::Video(_) | ViberContent::File(_)) {
            cx.misplaced("action", "is for texts and images only");
        }
        if duration && !matches!(content, ViberContent::Video(_)) {
            cx.misplaced("duration", "is for videos only");
        }
        if file_size && !matches!(content, ViberContent::Video(_)) {
            cx.misplaced("file_size", "is for videos only");
        }
    });
}

envelope_setters!(Viber);

constructors! {
    Viber(from: ViberId, to: PhoneNumber) of ViberContent {
        /// A text.
        text(ViberText) = Text at "/text";
        /// An image: jpg, jpeg or png.
        image(CaptionedMedia) = Image at "/image/url";
        /// A file.
        file(ViberFile) = File at "/file/url";
    }
}

impl Viber {
    /// A video, with its length in seconds (1 to 600) and its size in MB (1 to 200).
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer.
    pub fn video(
        from: impl Field<ViberId>,
        to: impl Field<PhoneNumber>,
        video: ViberVideo,
        duration: impl Field<ViberDuration>,
        file_size: impl Field<ViberFileSize>,
    ) -> Result<Self, Problems> {
        let mut options = None;
        let message = Self::assemble(from, to, |fields| {
            let duration = fields.take("/viber_service/duration", duration);
            let file_size = fields.take("/viber_service/file_size", file_size);
            options = duration.zip(file_size);
            Some(ViberContent::Video(video))
        })?;
        Ok(match options {
            Some((duration, file_size)) => message.viber_service(
                ViberOptions::default()
                    .duration(duration)
                    .file_size(file_size),
            ),
            None => message,
        })
    }
}
