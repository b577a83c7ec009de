//! Fields that are recognized in places where the API does not read them.

use super::media::{Audio, CaptionedMedia, Media};
use super::{
    Email, Envelope, Messenger, Mms, Rcs, Sms, Viber, Whatsapp, email, messenger, mms, rcs, sms,
    viber, whatsapp,
};
use crate::Member;
use crate::wire::Tables;

/// At the top of a message: the fields of any channel's message, of its options and of its media.
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
        // Contents that other APIs and inbound messages have.
        Member::named("contacts"),
        Member::named("location"),
    ],
];

/// Among a channel's options: the fields of the message itself.
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

/// In a medium: the fields of other media.
pub(crate) const IN_MEDIA: Tables = &[
    Media::MEMBERS,
    CaptionedMedia::MEMBERS,
    Audio::MEMBERS,
    whatsapp::NamedFile::MEMBERS,
    viber::Video::MEMBERS,
];
