//! Both sides of every limit of the API documentation.

mod cases;
mod tables;

use messages_types::limits;

use self::cases::Cases;
use super::documents::named;
use super::{problems, put};

#[test]
fn both_sides_of_every_limit() {
    let (mut accepted, mut refused) = (0, 0);
    for Cases {
        document,
        at,
        accepted: good,
        refused: bad,
    } in tables::cases()
    {
        let base = named(document);
        for value in good {
            let mut changed = base.clone();
            put(&mut changed, at, Some(value.clone()));
            assert_eq!(problems(&changed), [""; 0], "{document}{at} {value}");
            accepted += 1;
        }
        for (rule, values) in bad {
            for value in values {
                let mut changed = base.clone();
                put(&mut changed, at, Some(value.clone()));
                assert_eq!(
                    problems(&changed),
                    [format!("{at} {rule}")],
                    "{document}{at} {value}"
                );
                refused += 1;
            }
        }
    }
    println!("limits of v1 messages: {accepted} values accepted, {refused} refused");
    assert!(accepted > 300 && refused > 500);
}

/// The tables above compare with the constants, so the constants are compared with the
/// documentation.
#[test]
fn the_limits_are_those_of_the_documentation() {
    use limits as l;

    let lengths = [
        (l::PHONE_DIGITS_MIN, 7),
        (l::PHONE_DIGITS_MAX, 15),
        (l::ID_MAX, 50),
        (l::CAPTION_MAX, 3_000),
        (l::AUDIO_URL_MIN, 10),
        (l::AUDIO_URL_MAX, 2_000),
        (l::CLIENT_REF_MAX, 100),
        (l::SMS_TEXT_MAX, 3_200),
        (l::RCS_TEXT_MAX, 3_072),
        (l::RCS_SUGGESTIONS_MAX, 11),
        (l::RCS_CARD_SUGGESTIONS_MAX, 4),
        (l::RCS_CARD_TITLE_MAX, 200),
        (l::RCS_CARD_TEXT_MAX, 2_000),
        (l::RCS_CARDS_MIN, 2),
        (l::RCS_CARDS_MAX, 10),
        (l::RCS_SUGGESTION_TEXT_MAX, 25),
        (l::RCS_DIAL_DIGITS_MIN, 2),
        (l::RCS_DIAL_DIGITS_MAX, 15),
        (l::RCS_DESCRIPTION_MAX, 500),
        (l::RCS_EVENT_TITLE_MAX, 100),
        (l::WHATSAPP_TEXT_MAX, 4_096),
        (l::MESSENGER_TEXT_MAX, 640),
        (l::VIBER_TEXT_MAX, 1_000),
        (l::VIBER_ACTION_TEXT_MAX, 30),
        (l::VIBER_THUMB_URL_MAX, 1_000),
        (l::VIBER_FILE_NAME_MAX, 25),
        (l::EMAIL_NAME_MAX, 100),
    ];
    let spans = [
        (l::SMS_TTL_MIN, 20),
        (l::SMS_TTL_MAX, 604_800),
        (l::MMS_TTL_MIN, 300),
        (l::MMS_TTL_MAX, 259_200),
        (l::RCS_TTL_MIN, 20),
        (l::RCS_TTL_MAX, 259_200),
        (l::VIBER_TTL_MIN, 30),
        (l::VIBER_TTL_MAX, 259_200),
        (l::VIBER_DURATION_MAX, 600),
        (l::VIBER_FILE_SIZE_MAX, 200),
    ];
    for (constant, documented) in lengths {
        assert_eq!(constant, documented);
    }
    for (constant, documented) in spans {
        assert_eq!(constant, documented);
    }
}
