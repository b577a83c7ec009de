//! SMS arithmetic, against the figures of 3GPP TS 23.038 and 23.040.

use messages_types::sms::{Alphabet, Encoding, Language, Segmentation, offenders, transliterate};
use proptest::prelude::*;

/// The default alphabet in the order of its codes, without the escape character.
const DEFAULT: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension table.
const EXTENSION: &str = "\u{0C}^{}\\[~]|€";

/// All characters up to the highest one in a table, and a few beyond.
fn every_character() -> impl Iterator<Item = char> {
    ('\0'..='\u{22FF}').chain(['\u{FEFF}', '\u{FFFF}', '😀', '\u{10FFFF}'])
}

#[test]
fn the_default_alphabet_has_127_characters_and_10_behind_the_escape() {
    for character in every_character() {
        let expected = if DEFAULT.contains(character) {
            Some(1)
        } else if EXTENSION.contains(character) {
            Some(2)
        } else {
            None
        };
        assert_eq!(
            Alphabet::DEFAULT.septets(character),
            expected,
            "{character:?}"
        );
    }
    assert_eq!(DEFAULT.chars().count(), 127);
}

#[test]
fn national_tables_hold_as_many_characters_as_the_standard_fills_cells() {
    use Language::*;

    // Cells of the locking-shift table; characters of the single-shift table that the default
    // alphabet lacks or also has behind the escape character.
    for (language, locking, single) in [
        (Turkish, 127, 17),
        (Spanish, 127, 19),
        (Portuguese, 127, 30),
        (Bengali, 114, 34),
        (Gujarati, 120, 22),
        (Hindi, 127, 40),
        (Kannada, 120, 25),
        (Malayalam, 120, 34),
        (Oriya, 116, 27),
        (Punjabi, 110, 28),
        (Tamil, 102, 29),
        (Telugu, 120, 30),
        (Urdu, 127, 42),
    ] {
        let count = |alphabet: Alphabet, septets| {
            every_character()
                .filter(|&character| alphabet.septets(character) == Some(septets))
                .count()
        };
        assert_eq!(
            count(Alphabet::single_shift(language), 2),
            single,
            "{language:?}"
        );
        match Alphabet::locking_shift(language, None) {
            Some(alphabet) => assert_eq!(count(alphabet, 1), locking, "{language:?}"),
            None => assert_eq!(language, Spanish),
        }
    }
}

#[test]
fn national_letters_are_where_the_standard_has_them() {
    use Language::*;

    // Letters of the single-shift table; letters of the locking-shift table; letters of neither.
    let letters = [
        (Turkish, "ĞİŞçğış", "€ıĞğŞşİç", "èìê"),
        (Spanish, "çÁÍÓÚáíóú", "", "ãê"),
        (
            Portuguese,
            "êçÔôÁáΦΓ^ΩΠΨΣΘÊÀÍÓÚÃÕÂíóúãõâ",
            "êúíóçÔôÁáªÇÀ∞^\\€Ó|ÂâÊºÍÃÕÚ~ãõ`",
            "ğş",
        ),
        (Bengali, "০৯\u{9DF}ৠৣ৲৺", "ঁঅৎৗ\u{9DC}ৰ", "अ।"),
        (Gujarati, "।॥૦૯", "ઁઅહૐૡ૱", "अৎ"),
        (Hindi, "।॥०९॑\u{958}\u{95F}ॠॣ॰ॱ", "ँअन्हॐॲॻॿ", "অ"),
        (Kannada, "।೦೯ೞೱೲ", "ಂಅಡಹೕೖೠ", "অ"),
        (Malayalam, "।൦൯൰൵ൺൿ", "ംഅഹൗൠ൹", "অ"),
        (Oriya, "।୦୯\u{B5C}\u{B5F}୰ୱ", "ଁଅହୖୗୠ", "অ"),
        (Punjabi, "।੦੯\u{A59}ੜ\u{A5E}ੵ", "ਁਅਹੑੰੴ", "অ"),
        (Tamil, "।௦௯௳௸௺", "ஂஅஹௐௗ௰௹", "অ"),
        (Telugu, "౦౯ౘౙ౸౿", "ఁఅహౕౖౠ", "।অ"),
        (Urdu, "؀۰۹،؟۔ۍ", "ابٻےڑٓٗ", "غك"),
    ];
    for (language, single, locking, neither) in letters {
        for character in single.chars() {
            let alphabet = Alphabet::single_shift(language);
            let expected = Alphabet::DEFAULT.septets(character).unwrap_or(2);
            assert_eq!(
                alphabet.septets(character),
                Some(expected),
                "{language:?} {character:?}"
            );
        }
        if let Some(alphabet) = Alphabet::locking_shift(language, None) {
            for character in locking.chars() {
                assert_eq!(
                    alphabet.septets(character),
                    Some(1),
                    "{language:?} {character:?}"
                );
            }
        }
        for character in neither.chars() {
            let both = Alphabet::locking_shift(language, Some(language));
            let alphabet = both.unwrap_or(Alphabet::single_shift(language));
            if Alphabet::DEFAULT.septets(character).is_none() {
                assert_eq!(
                    alphabet.septets(character),
                    None,
                    "{language:?} {character:?}"
                );
            }
        }
    }
}

#[test]
fn capacities_leave_room_for_the_headers() {
    let turkish = Alphabet::single_shift(Language::Turkish);
    let locking = Alphabet::locking_shift(Language::Hindi, None).unwrap();
    let both = Alphabet::locking_shift(Language::Urdu, Some(Language::Urdu)).unwrap();
    for (encoding, single, segment) in [
        (Encoding::GSM, 160, 153),
        (Encoding::Ucs2, 70, 67),
        (Encoding::Gsm(turkish), 155, 149),
        (Encoding::Gsm(locking), 155, 149),
        (Encoding::Gsm(both), 152, 146),
    ] {
        assert_eq!(encoding.single_capacity(), single, "{encoding:?}");
        assert_eq!(encoding.segment_capacity(), segment, "{encoding:?}");
    }
    assert_eq!(Alphabet::locking_shift(Language::Spanish, None), None);
}

#[test]
fn segments_on_both_sides_of_every_limit() {
    for (text, units, count, remaining) in [
        (String::new(), 0, 1, 160),
        ("a".repeat(159), 159, 1, 1),
        ("a".repeat(160), 160, 1, 0),
        ("a".repeat(161), 161, 2, 306 - 161),
        ("a".repeat(306), 306, 2, 0),
        ("a".repeat(307), 307, 3, 459 - 307),
        ("€".repeat(80), 160, 1, 0),
        // A pair of septets is not split: one septet of each segment is unused.
        ("€".repeat(81), 162, 2, 153 - 10),
        (format!("{}€", "a".repeat(159)), 161, 2, 153 - 8),
        (
            format!("{}€{}", "a".repeat(152), "a".repeat(10)),
            164,
            2,
            153 - 12,
        ),
        (
            format!("{}€{}", "a".repeat(151), "a".repeat(10)),
            163,
            2,
            153 - 10,
        ),
        ("я".repeat(70), 70, 1, 0),
        ("я".repeat(71), 71, 2, 67 - 4),
        ("я".repeat(134), 134, 2, 0),
        ("я".repeat(135), 135, 3, 66),
        ("😀".repeat(35), 70, 1, 0),
        // Nor is a pair of surrogates: one unit of each segment is unused.
        ("😀".repeat(36), 72, 2, 67 - 6),
        (format!("{}😀a", "я".repeat(69)), 72, 2, 67 - 5),
        (
            format!("{}😀{}", "я".repeat(66), "я".repeat(10)),
            78,
            2,
            67 - 12,
        ),
    ] {
        let cut = Segmentation::of(&text);
        assert_eq!(
            (cut.units(), cut.count(), cut.remaining()),
            (units, count, remaining),
            "{text}"
        );
    }
}

#[test]
fn the_first_segment_ends_before_a_pair_that_does_not_fit() {
    let text = format!("{}€{}", "a".repeat(152), "a".repeat(10));
    let cut = Segmentation::of(&text);
    let segments: Vec<_> = cut
        .segments()
        .map(|segment| (segment.text, segment.units))
        .collect();
    assert_eq!(segments, [(&text[..152], 152), (&text[152..], 12)]);
}

#[test]
fn national_tables_are_used_when_asked_for_only() {
    let text = "Geçmiş olsun, iyi günler!";
    assert_eq!(Segmentation::of(text).encoding(), Encoding::Ucs2);
    let turkish = Encoding::Gsm(Alphabet::single_shift(Language::Turkish));
    assert_eq!(Segmentation::with(text, turkish).unwrap().units(), 25 + 2);
    assert_eq!(Segmentation::with(text, Encoding::GSM), None);

    let long = text.repeat(10);
    assert_eq!(Segmentation::of(&long).count(), 4);
    let shortest = Encoding::shortest(&long);
    let locking = Alphabet::locking_shift(Language::Turkish, None).unwrap();
    assert_eq!(shortest, Encoding::Gsm(locking));
    assert_eq!(Segmentation::with(&long, shortest).unwrap().count(), 2);
    assert_eq!(Encoding::shortest("plain"), Encoding::GSM);
    assert_eq!(Encoding::shortest("😀"), Encoding::Ucs2);
}

#[test]
fn offenders_are_named_with_their_positions() {
    let found: Vec<_> = offenders("é – 😀ü“")
        .map(|offender| (offender.character, offender.index, offender.offset))
        .collect();
    assert_eq!(found, [('–', 2, 3), ('😀', 4, 7), ('“', 6, 13)]);
    assert_eq!(offenders(DEFAULT).count() + offenders(EXTENSION).count(), 0);
}

#[test]
fn transliteration_replaces_what_reads_the_same_and_leaves_the_rest() {
    for (text, plain) in [
        ("Łódź, São Paulo, Đà Nẵng", "Lodz, Sao Paulo, Dà Nang"),
        ("‘a’ “b” „c‟ «d»", "'a' \"b\" \"c\" \"d\""),
        ("1–2—3… 4 × 5 ≤ ½", "1-2-3... 4 x 5 <= 1/2"),
        ("ﬁn ＡＢＣ！ e\u{301}", "fin ABC! e"),
        ("a\u{A0}b\u{200B}c\td", "a bc d"),
        ("привет 😀 你好", "привет 😀 你好"),
        (DEFAULT, DEFAULT),
        (EXTENSION, EXTENSION),
    ] {
        assert_eq!(transliterate(text), plain);
    }
}

#[test]
fn a_mark_goes_with_a_letter_of_the_alphabet_only() {
    assert_eq!(transliterate("cafe\u{301} ş\u{301}"), "cafe s");
    // Decomposed, as written by some systems: the mark makes another letter.
    for text in ["мои\u{306}", "и\u{306}", "か\u{301}a", "\u{301}"] {
        assert_eq!(transliterate(text), text);
    }
    assert_eq!(transliterate("мои\u{306} e\u{301}"), "мои\u{306} e");
}

#[test]
fn of_two_encodings_that_are_as_short_the_one_without_tables_is_chosen() {
    for text in ["ğ", "ğğ", "é\u{144}"] {
        let units = |encoding| Segmentation::with(text, encoding).map(|cut| cut.units());
        let shortest = Encoding::shortest(text);
        assert!(units(shortest) <= units(Encoding::Ucs2), "{text}");
        if units(shortest) == units(Encoding::Ucs2) {
            assert_eq!(shortest, Encoding::Ucs2, "{text}");
        }
    }
    assert_eq!(Encoding::shortest("ğ"), Encoding::Ucs2);
}

#[test]
fn debug_shows_no_text() {
    let found: Vec<_> = offenders("привет").collect();
    let shown = format!("{found:?}");
    assert!(
        shown.contains("index: 5") && !shown.contains('п'),
        "{shown}"
    );

    let cut = Segmentation::of("canary");
    let segment = cut.segments().next().unwrap();
    let shown = format!(
        "{cut:?} {segment:?} {:?} {:?}",
        cut.segments(),
        offenders("canary")
    );
    assert!(!shown.contains("canary"), "{shown}");
}

/// Texts of characters with one septet, with two, and without any.
fn texts() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        6 => prop::char::range(' ', '~'),
        2 => prop::sample::select(EXTENSION.chars().collect::<Vec<_>>()),
        1 => prop::sample::select("ığşçअবਅ“–é".chars().collect::<Vec<_>>()),
        1 => prop::char::any(),
    ];
    prop::collection::vec(character, 0..400).prop_map(String::from_iter)
}

fn encodings() -> impl Strategy<Value = Encoding> {
    let language = prop::sample::select(Language::ALL);
    prop_oneof![
        Just(Encoding::GSM),
        Just(Encoding::Ucs2),
        language
            .clone()
            .prop_map(|single| Encoding::Gsm(Alphabet::single_shift(single))),
        (language.clone(), prop::option::of(language)).prop_map(|(locking, single)| {
            Alphabet::locking_shift(locking, single).map_or(Encoding::GSM, Encoding::Gsm)
        }),
    ]
}

proptest! {
    #[test]
    fn segments_are_the_text_and_none_is_too_long(text in texts(), encoding in encodings()) {
        for cut in [Some(Segmentation::of(&text)), Segmentation::with(&text, encoding)] {
            let Some(cut) = cut else {
                prop_assert!(!encoding.holds(&text));
                continue;
            };
            let segments: Vec<_> = cut.segments().collect();
            let whole: String = segments.iter().map(|segment| segment.text).collect();
            prop_assert_eq!(&whole, &text);
            prop_assert_eq!(segments.len(), cut.count());
            prop_assert_eq!(segments.iter().map(|segment| segment.units).sum::<usize>(), cut.units());
            let last = segments.len() - 1;
            for (index, segment) in segments.iter().enumerate() {
                prop_assert!(segment.units <= cut.capacity());
                // At most half of a pair is left unused.
                prop_assert!(index == last || segment.units + 1 >= cut.capacity());
            }
            prop_assert_eq!(segments[last].units + cut.remaining(), cut.capacity());
        }
    }

    #[test]
    fn a_longer_text_never_takes_fewer_segments(text in texts(), more in texts()) {
        let longer = format!("{text}{more}");
        prop_assert!(Segmentation::of(&longer).count() >= Segmentation::of(&text).count());
    }

}

proptest! {
    // Each case checks all alphabets.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_shortest_encoding_is_the_shortest(text in texts(), other in encodings()) {
        let shortest = Segmentation::with(&text, Encoding::shortest(&text)).unwrap();
        if let Some(other) = Segmentation::with(&text, other) {
            prop_assert!(shortest.count() <= other.count());
        }
    }
}

proptest! {
    #[test]
    fn offenders_decide_the_encoding(text in texts()) {
        let gsm = Segmentation::of(&text).encoding() == Encoding::GSM;
        prop_assert_eq!(gsm, offenders(&text).next().is_none());
        for offender in offenders(&text) {
            prop_assert!(text[offender.offset..].starts_with(offender.character));
            prop_assert_eq!(text.chars().nth(offender.index), Some(offender.character));
        }
    }

    #[test]
    fn transliteration_leaves_gsm_alone_and_ends_at_once(text in texts()) {
        let plain = transliterate(&text);
        if offenders(&text).next().is_none() {
            prop_assert_eq!(&*plain, &text);
        }
        prop_assert_eq!(&transliterate(&plain), &plain);
        prop_assert!(offenders(&plain).count() <= offenders(&text).count());
    }
}

#[test]
fn the_requested_encoding_counts() {
    use messages_types::v1::sms::Encoding::{Auto, Text, Unicode};

    let plain = "x".repeat(101);
    let cyrillic = "я".repeat(71);
    for (text, requested, encoding, count) in [
        (&plain, None, Encoding::GSM, 1),
        (&plain, Some(Auto), Encoding::GSM, 1),
        (&plain, Some(Text), Encoding::GSM, 1),
        (&plain, Some(Unicode), Encoding::Ucs2, 2),
        (&cyrillic, Some(Auto), Encoding::Ucs2, 2),
        (&cyrillic, Some(Text), Encoding::Ucs2, 2),
        (&cyrillic, Some(Unicode), Encoding::Ucs2, 2),
    ] {
        let segmentation = Segmentation::of_type(text, requested);
        assert_eq!(segmentation.encoding(), encoding, "{requested:?}");
        assert_eq!(segmentation.count(), count, "{requested:?}");
        assert_eq!(segmentation.segments().count(), count, "{requested:?}");
    }
}
