//! Telling what a piece of DER is from its structure, whatever label it came under.

use super::der::{
    self, BIT_STRING, CONTEXT_0, Element, Fault, INTEGER, OBJECT_ID, OCTET_STRING, SEQUENCE,
};
use super::mistake::KeyMistake;
use super::{MAX_BITS, MIN_BITS};

/// An RSA key, or whatever else was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `PrivateKeyInfo` (RFC 5208) around an RSA key.
    Pkcs8 { bits: usize },
    /// `RSAPrivateKey` (RFC 8017).
    Pkcs1 { bits: usize },
    /// `SubjectPublicKeyInfo` (RFC 5280) or `RSAPublicKey` (RFC 8017) of an RSA key.
    Public { bits: usize },
    /// Neither.
    Other(KeyMistake),
}

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01];
/// 1.3.101.110 to 1.3.101.113: X25519, X448, Ed25519, Ed448.
const EDWARDS: &[u8] = &[0x2b, 0x65];

/// Identifies `input`.
pub(super) fn identify(input: &[u8]) -> Form {
    if input.starts_with(&[0xfe, 0xed, 0xfe, 0xed]) {
        return Form::Other(KeyMistake::JavaKeyStore);
    }
    let outer = match der::read(input) {
        Ok((outer, rest)) if outer.tag == SEQUENCE && rest.is_empty() => outer,
        Err(Fault::Truncated) if input.first() == Some(&SEQUENCE) && input.len() > 16 => {
            return Form::Other(KeyMistake::Truncated);
        }
        _ => return Form::Other(KeyMistake::Unrecognised),
    };
    match der::children::<7>(outer.contents) {
        [Some(first), Some(second), third, .., seventh] if first.tag == INTEGER => {
            numbered(first, second, third, seventh.is_some())
        }
        [Some(first), Some(second), third, ..] if first.tag == SEQUENCE => {
            enclosed(first, second, third)
        }
        _ => Form::Other(KeyMistake::Unrecognised),
    }
}

/// A sequence that starts with a number: a version, or the modulus of a public key.
fn numbered(
    first: Element<'_>,
    second: Element<'_>,
    third: Option<Element<'_>>,
    seven: bool,
) -> Form {
    match (first.contents, second.tag, third.map(|third| third.tag)) {
        // RSA has nine numbers, DSA's own format six.
        ([0 | 1], INTEGER, Some(INTEGER)) if seven => Form::Pkcs1 {
            bits: der::bits(second.contents),
        },
        ([0], INTEGER, Some(INTEGER)) => Form::Other(KeyMistake::Dsa),
        ([0 | 1], SEQUENCE, Some(OCTET_STRING)) => private_key_info(second, third),
        ([1], OCTET_STRING, _) => Form::Other(KeyMistake::EllipticCurve),
        ([3], SEQUENCE, _) => Form::Other(KeyMistake::Pkcs12),
        (modulus, INTEGER, None) if modulus.len() > 16 => Form::Public {
            bits: der::bits(modulus),
        },
        _ => Form::Other(KeyMistake::Unrecognised),
    }
}

fn private_key_info(algorithm: Element<'_>, key: Option<Element<'_>>) -> Form {
    let id = match der::children::<1>(algorithm.contents) {
        [Some(id)] if id.tag == OBJECT_ID => id.contents,
        _ => return Form::Other(KeyMistake::Unrecognised),
    };
    if id != RSA {
        return Form::Other(other_algorithm(id));
    }
    match key.map(|key| identify(key.contents)) {
        Some(Form::Pkcs1 { bits }) => Form::Pkcs8 { bits },
        _ => Form::Other(KeyMistake::Corrupt),
    }
}

/// A sequence that starts with a sequence: an algorithm, or the body of something signed.
fn enclosed(first: Element<'_>, second: Element<'_>, third: Option<Element<'_>>) -> Form {
    match (der::children::<2>(first.contents), second.tag) {
        ([Some(id), _], BIT_STRING) if id.tag == OBJECT_ID => public_key_info(id.contents, second),
        ([Some(id), _], OCTET_STRING) if id.tag == OBJECT_ID => Form::Other(KeyMistake::Encrypted),
        (inner, SEQUENCE) if third.is_some_and(|third| third.tag == BIT_STRING) => {
            Form::Other(signed(inner))
        }
        _ => Form::Other(KeyMistake::Unrecognised),
    }
}

fn public_key_info(id: &[u8], key: Element<'_>) -> Form {
    if id != RSA {
        return Form::Other(other_algorithm(id));
    }
    // The first byte of a bit string counts its unused bits.
    match key.contents.split_first().map(|(_, key)| identify(key)) {
        Some(Form::Public { bits }) => Form::Public { bits },
        _ => Form::Other(KeyMistake::Corrupt),
    }
}

/// A certificate starts with its version, or in the first version with a number and an algorithm; a request starts
/// with a number and a name.
fn signed(inner: [Option<Element<'_>>; 2]) -> KeyMistake {
    match inner {
        [Some(version), _] if version.tag == CONTEXT_0 => KeyMistake::Certificate,
        [Some(number), Some(next)] if number.tag == INTEGER && next.tag == SEQUENCE => {
            match der::children::<1>(next.contents) {
                [Some(id)] if id.tag == OBJECT_ID => KeyMistake::Certificate,
                _ => KeyMistake::CertificateRequest,
            }
        }
        _ => KeyMistake::Unrecognised,
    }
}

fn other_algorithm(id: &[u8]) -> KeyMistake {
    match id {
        RSA_PSS => KeyMistake::RsaPss,
        EC => KeyMistake::EllipticCurve,
        DSA => KeyMistake::Dsa,
        _ if id.starts_with(EDWARDS) => KeyMistake::Edwards,
        _ => KeyMistake::OtherAlgorithm,
    }
}

/// The mistake, if a modulus has too few or too many bits.
pub(super) fn size_mistake(bits: usize) -> Option<KeyMistake> {
    if bits < MIN_BITS {
        Some(KeyMistake::TooSmall { bits })
    } else if bits > MAX_BITS {
        Some(KeyMistake::TooLarge { bits })
    } else {
        None
    }
}
