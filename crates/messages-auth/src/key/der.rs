//! As much of DER (X.690) as it takes to tell one kind of key from another. The keys themselves are parsed and checked
//! by the cryptographic library; nothing that is read here is trusted.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_ID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
/// `[0]`, constructed: the version of an X.509 certificate.
pub(super) const CONTEXT_0: u8 = 0xa0;

/// One element: its tag and contents.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) contents: &'a [u8],
}

/// Reason no element could be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It announces more bytes than there are.
    Truncated,
    /// It is not DER.
    Malformed,
}

/// Reads one element and gives what follows it.
pub(super) fn read(input: &[u8]) -> Result<(Element<'_>, &[u8]), Fault> {
    let (&tag, rest) = input.split_first().ok_or(Fault::Truncated)?;
    let (&first, rest) = rest.split_first().ok_or(Fault::Truncated)?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // Up to three bytes of length: 16 MiB, far beyond any key.
        0x81..=0x83 => {
            let count = usize::from(first & 0x0f);
            let (bytes, rest) = rest.split_at_checked(count).ok_or(Fault::Truncated)?;
            (
                bytes
                    .iter()
                    .fold(0, |length, &byte| length << 8 | usize::from(byte)),
                rest,
            )
        }
        _ => return Err(Fault::Malformed),
    };
    let (contents, rest) = rest.split_at_checked(length).ok_or(Fault::Truncated)?;
    Ok((Element { tag, contents }, rest))
}

/// The elements in `contents`, as far as they can be read; at most `N` of them.
pub(super) fn children<const N: usize>(mut contents: &[u8]) -> [Option<Element<'_>>; N] {
    let mut found = [None; N];
    for slot in &mut found {
        match read(contents) {
            Ok((element, rest)) => {
                *slot = Some(element);
                contents = rest;
            }
            Err(_) => break,
        }
    }
    found
}

/// The key of PKCS#1 within one of PKCS#8: the third element, after the version and the algorithm.
pub(super) fn pkcs1(pkcs8: &[u8]) -> Option<&[u8]> {
    let (whole, _) = read(pkcs8).ok()?;
    let [_, _, key] = children::<3>(whole.contents);
    key.filter(|key| key.tag == OCTET_STRING)
        .map(|key| key.contents)
}

/// The bits of a positive integer.
pub(super) fn bits(contents: &[u8]) -> usize {
    let leading = contents.iter().take_while(|&&byte| byte == 0).count();
    match contents.get(leading..) {
        Some([first, rest @ ..]) => rest.len() * 8 + 8 - first.leading_zeros() as usize,
        _ => 0,
    }
}
