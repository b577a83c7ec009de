//! From a text that was meant to be a key to the bytes of the key.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::mistake::KeyMistake;

const BEGIN: &str = "-----BEGIN";
const END: &str = "-----END";
const DASHES: &str = "-----";

/// Standard base64, forgiving about what gets lost in copying: the padding, and the bits that nothing uses.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Maximum number of nested base64 encodings: secret stores encode what was already encoded.
const MAX_WRAPPINGS: usize = 2;

/// Finds the key in a file's bytes, text or DER, and hands its DER to `parse`.
pub(super) fn read_bytes<K>(
    contents: &[u8],
    parse: impl Fn(&[u8]) -> Result<K, KeyMistake>,
) -> Result<K, KeyMistake> {
    match decode(contents) {
        Some(text) => read(&text, parse),
        None => parse(contents),
    }
}

/// The text in a file's bytes, or `None` where they are not text.
///
/// UTF-16 is what a redirection in PowerShell writes.
fn decode(contents: &[u8]) -> Option<Zeroizing<String>> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
        let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 3 / 2));
        for unit in char::decode_utf16(units) {
            text.push(unit.ok()?);
        }
        Some(text)
    };
    match contents {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => std::str::from_utf8(contents)
            .ok()
            .map(|text| Zeroizing::new(text.to_owned())),
    }
}

/// Finds the key in `text` and hands its DER to `parse`.
pub(super) fn read<K>(
    text: &str,
    parse: impl Fn(&[u8]) -> Result<K, KeyMistake>,
) -> Result<K, KeyMistake> {
    read_wrapped(text, &parse, MAX_WRAPPINGS)
}

fn read_wrapped<K>(
    text: &str,
    parse: &impl Fn(&[u8]) -> Result<K, KeyMistake>,
    wrappings: usize,
) -> Result<K, KeyMistake> {
    let path = is_path(text.trim());
    let text = normalise(text);
    if text.is_empty() {
        return Err(KeyMistake::Empty);
    }
    if let Some(mistake) = foreign(&text) {
        return Err(mistake);
    }
    if text.contains(BEGIN) {
        return pem_blocks(&text, parse);
    }
    let Some(bytes) = bare_base64(&text) else {
        return Err(if path {
            KeyMistake::PathAsText
        } else {
            KeyMistake::Unrecognised
        });
    };
    match decode(&bytes) {
        Some(inner) if wrappings > 0 => read_wrapped(&inner, parse, wrappings - 1),
        _ => match parse(&bytes) {
            Err(KeyMistake::Unrecognised) if path => Err(KeyMistake::PathAsText),
            result => result,
        },
    }
}

/// Takes away what surrounds a key in a variable or a file, and turns line breaks that were written out into real ones.
pub(super) fn normalise(text: &str) -> Zeroizing<String> {
    let mut clean = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        // One or more backslashes before `n` or `r`: each layer of quoting doubles them.
        let after = rest.trim_start_matches('\\');
        if after.len() < rest.len() && after.starts_with(['n', 'r', 't']) {
            clean.push('\n');
            rest = after.get(1..).unwrap_or_default();
            continue;
        }
        // Byte order marks and zero-width spaces are invisible wherever they stand.
        if !matches!(next, '\u{feff}' | '\u{200b}' | '\0') {
            clean.push(next);
        }
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
    }
    let is_wrapping =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | '\\');
    let trimmed = clean.trim_matches(is_wrapping);
    if trimmed.len() == clean.len() {
        clean
    } else {
        Zeroizing::new(trimmed.to_owned())
    }
}

/// Tries each armoured block of `text` and gives the first that parses. If none does, the mistake is that of the first
/// block that is recognised at all: the parameters of a curve may stand before its key.
pub(super) fn pem_blocks<K>(
    text: &str,
    parse: impl Fn(&[u8]) -> Result<K, KeyMistake>,
) -> Result<K, KeyMistake> {
    let mut first = KeyMistake::Unrecognised;
    for block in text.split(BEGIN).skip(1) {
        match pem_block(block).and_then(|der| parse(&der)) {
            Ok(key) => return Ok(key),
            Err(mistake) if first == KeyMistake::Unrecognised => first = mistake,
            Err(_) => {}
        }
    }
    Err(first)
}

/// The bytes of one block, given from behind its `-----BEGIN`.
fn pem_block(block: &str) -> Result<Zeroizing<Vec<u8>>, KeyMistake> {
    let (label, rest) = block.split_once(DASHES).ok_or(KeyMistake::Truncated)?;
    let label = Zeroizing::new(without_space(label));
    match label.as_str() {
        "OPENSSHPRIVATEKEY" => return Err(KeyMistake::OpenSsh),
        "ENCRYPTEDPRIVATEKEY" => return Err(KeyMistake::Encrypted),
        label if label.starts_with("PGP") => return Err(KeyMistake::OpenPgp),
        "SSH2PUBLICKEY" => return Err(KeyMistake::SshPublicKey),
        _ => {}
    }
    let (body, _) = rest.split_once(END).ok_or(KeyMistake::Truncated)?;
    // The header lines of RFC 1421, which only encrypted keys have.
    if body.contains("ENCRYPTED") {
        return Err(KeyMistake::Encrypted);
    }
    let body = Zeroizing::new(without_space(body));
    if body.is_empty() {
        return Err(KeyMistake::Truncated);
    }
    LENIENT
        .decode(body.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| KeyMistake::Base64)
}

/// Base64 without armour, of either alphabet.
fn bare_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // `NAME=value`, as in a file of variables. Base64 has `=` only at its end.
    let value = match text.split_once('=') {
        Some((_, value)) if !value.trim_matches(['=', '\n', '\r', ' ']).is_empty() => {
            value.trim_matches(['"', '\''])
        }
        _ => text,
    };
    let mut compact = Zeroizing::new(without_space(value));
    if compact.contains(['-', '_']) {
        compact = Zeroizing::new(compact.replace('-', "+").replace('_', "/"));
    }
    LENIENT.decode(compact.as_bytes()).ok().map(Zeroizing::new)
}

/// Without white space, and without the backslashes that continue a line in a shell.
fn without_space(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    compact.extend(text.chars().filter(|c| !c.is_whitespace() && *c != '\\'));
    compact
}

/// Formats that are no PEM and yet easily recognised.
fn foreign(text: &str) -> Option<KeyMistake> {
    if text.starts_with("PuTTY-User-Key-File") {
        Some(KeyMistake::Putty)
    } else if ["ssh-", "ecdsa-sha2-", "sk-ssh-"]
        .iter()
        .any(|prefix| text.starts_with(prefix))
        || text.starts_with("---- BEGIN SSH2")
    {
        Some(KeyMistake::SshPublicKey)
    } else if text.starts_with('{') && text.contains("\"kty\"") {
        Some(KeyMistake::Jwk)
    } else {
        None
    }
}

/// Returns `true` if a short text looks like the name of a file.
fn is_path(text: &str) -> bool {
    text.len() <= 256
        && !text.contains('\n')
        && (text.contains(['/', '\\', '~'])
            || [".key", ".pem", ".der", ".txt", ".crt", ".p8"]
                .iter()
                .any(|end| text.ends_with(end)))
}

/// `der` in PEM form, 64 characters a line (RFC 7468).
pub(super) fn to_pem(label: &str, der: &[u8]) -> Zeroizing<String> {
    let mut body = Zeroizing::new(vec![0; der.len().div_ceil(3) * 4]);
    let written = LENIENT.encode_slice(der, &mut body).unwrap_or_default();
    let mut pem = Zeroizing::new(String::with_capacity(
        written + written / 64 + 2 * label.len() + 40,
    ));
    pem.push_str(BEGIN);
    pem.push(' ');
    pem.push_str(label);
    pem.push_str("-----\n");
    for line in body.get(..written).unwrap_or_default().chunks(64) {
        pem.extend(line.iter().map(|&byte| char::from(byte)));
        pem.push('\n');
    }
    pem.push_str(END);
    pem.push(' ');
    pem.push_str(label);
    pem.push_str("-----\n");
    pem
}
