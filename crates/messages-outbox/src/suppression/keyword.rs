//! Keywords by which recipients opt out and in.

/// Consent that a text expresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyword {
    /// Opts out.
    Stop,
    /// Opts in again.
    Start,
}

/// Words that opt out, in lower case, as a whole message.
const STOP: &[&str] = &[
    // English, and what carriers of North America require.
    "stop",
    "stopall",
    "stop all",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "optout",
    "opt out",
    "opt-out",
    "revoke",
    "remove",
    // French
    "arret",
    "arrêt",
    "arreter",
    "arrêter",
    "désabonner",
    "desabonner",
    // Spanish
    "alto",
    "parar",
    "baja",
    "cancelar",
    "detener",
    // Portuguese
    "pare",
    "sair",
    "remover",
    // German
    "stopp",
    "abmelden",
    "abbestellen",
    // Italian
    "fermare",
    "basta",
    "annulla",
    "disiscrivi",
    // Dutch
    "stoppen",
    "afmelden",
    "uitschrijven",
    // Danish, Norwegian, Swedish, Finnish
    "afmeld",
    "frameld",
    "avmeld",
    "avsluta",
    "avregistrera",
    "lopeta",
    "peruuta",
    // Polish, Czech, Slovak, Hungarian, Romanian
    "koniec",
    "rezygnuje",
    "rezygnuję",
    "zrušit",
    "zrusit",
    "odhlásit",
    "odhlasit",
    "leállít",
    "leiratkozás",
    "dezabonare",
    "oprire",
    // Turkish, Greek, Russian, Ukrainian, Bulgarian
    "dur",
    "iptal",
    "ret",
    "διακοπη",
    "διακοπή",
    "стоп",
    "отписаться",
    "отмена",
    "відписатися",
    // Arabic, Hebrew, Persian, Hindi, Indonesian, Malay, Vietnamese, Thai
    "توقف",
    "إيقاف",
    "ايقاف",
    "הסר",
    "עצור",
    "لغو",
    "बंद",
    "रोकें",
    "berhenti",
    "henti",
    "batal",
    "hủy",
    "dừng",
    "หยุด",
    "ยกเลิก",
    // Chinese, Japanese, Korean
    "退订",
    "退訂",
    "停止",
    "取消",
    "td",
    "配信停止",
    "ストップ",
    "수신거부",
    "중지",
];

/// Words that opt in again, in lower case, as a whole message.
const START: &[&str] = &[
    "start",
    "unstop",
    "subscribe",
    "optin",
    "opt in",
    "opt-in",
    "resume",
    "commencer",
    "iniciar",
    "comenzar",
    "começar",
    "anmelden",
    "inizia",
    "старт",
    "başla",
    "ابدأ",
    "开始",
    "開始",
    "시작",
];

/// The consent that an inbound text expresses, if it is nothing but one of the known words. Case, surrounding spaces and
/// punctuation do not count.
///
/// ```
/// use messages_outbox::{Keyword, keyword};
///
/// assert_eq!(keyword(" Stop. "), Some(Keyword::Stop));
/// assert_eq!(keyword("ARRÊT"), Some(Keyword::Stop));
/// assert_eq!(keyword("Please stop by at noon"), None);
/// ```
#[must_use]
pub fn keyword(text: &str) -> Option<Keyword> {
    let word = text
        .trim_matches(|letter: char| !letter.is_alphabetic())
        .to_lowercase()
        // The lower case of the Turkish capital with a dot is two characters.
        .replace('\u{307}', "");
    let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
    if STOP.contains(&word.as_str()) {
        Some(Keyword::Stop)
    } else if START.contains(&word.as_str()) {
        Some(Keyword::Start)
    } else {
        None
    }
}
