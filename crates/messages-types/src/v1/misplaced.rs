//! Fields that are reported as misplaced where the API does not read them.

use super::media::{Audio, CaptionedMedia, Media};
use super::{
    Email, Envelope, Messenger, Mms, Rcs, Sms, Viber, Whatsapp, email, messenger, mms, rcs, sms,
    viber, whatsapp,
};
use crate::Member;
use crate::wire::Tables;

/// At the top level of a message: the fields of every channel's message, options and media files.
pub(crate) const IN_MESSAGE: Tables = &[
    Sms::MEMBERS,
    Mms::MEMBERS,
    Rcs::MEMBERS,
    Whatsapp::MEMBERS,
    Messenger::MEMBERS,
    Viber::MEMBERS,
    Email::MEMBERS,
    sms::Options::MEMBERS,
    mms::Options::MEMBERS,
    mms::Item::MEMBERS,
    rcs::Options::MEMBERS,
    whatsapp::template::TemplateOptions::MEMBERS,
    whatsapp::NamedFile::MEMBERS,
    messenger::Options::MEMBERS,
    viber::Options::MEMBERS,
    viber::Video::MEMBERS,
    email::Options::MEMBERS,
    &[
        Member::named("failover"),
        // Contents of other APIs and of inbound messages.
        Member::named("contacts"),
        Member::named("location"),
    ],
];

/// In the options of a channel: the fields of the message itself.
pub(crate) const IN_OPTIONS: Tables = &[
    Envelope::MEMBERS,
    &[
        Member::named("context"),
        Member::named("failover"),
        Member::named("from"),
        Member::named("suggestions"),
        Member::named("to"),
        Member::named("trusted_recipient"),
        Member::named("trusted_sender"),
        Member::named("ttl"),
    ],
];

/// In a media file: the fields of other media files.
pub(crate) const IN_MEDIA: Tables = &[
    Media::MEMBERS,
    CaptionedMedia::MEMBERS,
    Audio::MEMBERS,
    whatsapp::NamedFile::MEMBERS,
    viber::Video::MEMBERS,
];
