//! Viber Service Messages.

use super::address::{FromViber, ToViber};
use super::channel_message;
use super::content::{BODY_ELSEWHERE, Content, Image};
use super::template::Template;
pub use crate::v1::outbound::viber::{ViberCategory, ViberText, ViberTtl};
use crate::wire::{wire_content, wire_object};

wire_object! {
    /// Options that only a Viber message has.
    #[derive(Default)]
    outbound struct ViberOptions {
        optional {
            /// What the message is for.
            category: ViberCategory = "category",
            /// How long delivery is tried: in a workflow at most 1 day.
            ttl: ViberTtl = "ttl",
            /// `template` where a country demands registered templates.
            kind: String = "type",
        }
        elsewhere &["action", "client_ref", "duration", "file_size"];
    }
}

wire_content! {
    /// What a Viber message can hold.
    outbound enum ViberContent by "type" {
        nested {
            /// A text.
            Text(ViberText) = "text",
            /// An image: jpg, jpeg or png.
            Image(Image) = "image",
            /// A registered template.
            Template(Template) = "template",
        }
    }
}

wire_object! {
    /// The `message` of a Viber message.
    outbound struct ViberBody {
        required {
            /// What it holds.
            content: Content<ViberContent> = "content",
        }
        optional {
            /// Options that only a Viber message has.
            viber_service_msg: ViberOptions = "viber_service_msg",
        }
        elsewhere BODY_ELSEWHERE;
    }
}

channel_message! {
    /// A Viber Service Message in the v0.1 format.
    ///
    /// ```
    /// use messages_types::v0_1::Viber;
    /// use messages_types::v0_1::outbound::viber::{ViberOptions, ViberTtl};
    ///
    /// let message = Viber::text("service-1", "447700900000", "Your table is free")?
    ///     .viber_service_msg(ViberOptions::default().ttl(ViberTtl::new(600)?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    struct Viber {
        /// The Viber service.
        from: FromViber at "/from/id",
        /// Whom it reaches.
        to: ToViber at "/to/number",
        message: ViberBody of ViberContent,
    }
    /// A text.
    text(ViberText) = Text at "/message/content/text";
    /// An image: jpg, jpeg or png.
    image(Image) = Image at "/message/content/image/url";
    /// A registered template.
    template(Template) = Template at "/message/content/template";
}

impl Viber {
    /// Sets options that only a Viber message has.
    #[must_use]
    pub fn viber_service_msg(mut self, options: ViberOptions) -> Self {
        self.message.viber_service_msg = Some(options);
        self
    }
}
