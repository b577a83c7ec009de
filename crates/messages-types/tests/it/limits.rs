//! The limits, as documented by the API: the tests of the rules compare with the constants, so the
//! constants are checked here.

use std::collections::BTreeMap;

use messages_types::limits;

/// Each limit by its name: the constant, and the documented value.
macro_rules! documented {
    ($($name:ident = $number:literal,)*) => {
        [$((stringify!($name), (u64::try_from(limits::$name).unwrap(), $number)),)*]
    };
}

#[test]
fn every_limit_is_that_of_the_documentation() {
    let documented: BTreeMap<&str, (u64, u64)> = BTreeMap::from(documented! {
        TEXT_MIN = 1,
        PHONE_DIGITS_MIN = 7,
        PHONE_DIGITS_MAX = 15,
        ID_MAX = 50,
        CAPTION_MAX = 3_000,
        AUDIO_URL_MIN = 10,
        AUDIO_URL_MAX = 2_000,
        CLIENT_REF_MAX = 100,
        SMS_TEXT_MAX = 3_200,
        SMS_TTL_MIN = 20,
        SMS_TTL_MAX = 604_800,
        MMS_TTL_MIN = 300,
        MMS_TTL_MAX = 259_200,
        RCS_TEXT_MAX = 3_072,
        RCS_TTL_MIN = 20,
        RCS_TTL_MAX = 259_200,
        RCS_SUGGESTIONS_MAX = 11,
        RCS_CARD_SUGGESTIONS_MAX = 4,
        RCS_CARD_TITLE_MAX = 200,
        RCS_CARD_TEXT_MAX = 2_000,
        RCS_CARDS_MIN = 2,
        RCS_CARDS_MAX = 10,
        RCS_SUGGESTION_TEXT_MAX = 25,
        RCS_DIAL_DIGITS_MIN = 2,
        RCS_DIAL_DIGITS_MAX = 15,
        RCS_DESCRIPTION_MAX = 500,
        RCS_EVENT_TITLE_MAX = 100,
        WHATSAPP_TEXT_MAX = 4_096,
        MESSENGER_TEXT_MAX = 640,
        VIBER_TEXT_MAX = 1_000,
        VIBER_TTL_MIN = 30,
        VIBER_TTL_MAX = 259_200,
        VIBER_ACTION_TEXT_MAX = 30,
        VIBER_THUMB_URL_MAX = 1_000,
        VIBER_FILE_NAME_MAX = 25,
        VIBER_DURATION_MAX = 600,
        VIBER_FILE_SIZE_MAX = 200,
        EMAIL_NAME_MAX = 100,
        V0_1_CLIENT_REF_MAX = 40,
        V0_1_ADDRESS_MAX = 50,
        V0_1_SMS_TEXT_MAX = 1_000,
        V0_1_IMAGE_URL_MAX = 2_000,
        V0_1_WHATSAPP_TEXT_MAX = 4_096,
        WORKFLOW_VIBER_TTL_MAX = 86_400,
        EXPIRY_TIME_MIN = 15,
        EXPIRY_TIME_MAX = 86_400,
        JOURNEY_STEPS_MAX = 50,
        JOURNEY_NAME_MAX = 64,
        JOURNEY_ALTERNATIVES_MAX = 10,
        JOURNEY_MESSAGES_MAX = 255,
        JOURNEY_STOP_ON_MAX = 20,
        JOURNEY_ERROR_CODES_MAX = 50,
        JOURNEY_ZONE_MAX = 64,
        JOURNEY_WITHIN_MIN = 1,
        JOURNEY_WITHIN_MAX = 2_592_000,
        JOURNEY_WAIT_MIN = 1,
        JOURNEY_WAIT_MAX = 31_536_000,
        JOURNEY_MAX_HOLD_MIN = 1,
        JOURNEY_MAX_HOLD_MAX = 2_592_000,
        JOURNEY_GRACE_DEFAULT = 5,
        JOURNEY_GRACE_MAX = 3_600,
        VARIABLE_NAME_MAX = 64,
    });
    for (name, (constant, number)) in &documented {
        assert_eq!(constant, number, "{name}");
    }
    // The list of the public items, which `cargo xtask api` keeps.
    let declared: Vec<&str> = include_str!("../../api.txt")
        .lines()
        .filter_map(|line| line.strip_prefix("pub const messages_types::limits::"))
        .filter_map(|line| Some(line.split_once(':')?.0))
        .collect();
    let compared: Vec<&str> = documented.keys().copied().collect();
    assert_eq!(declared, compared);
}
