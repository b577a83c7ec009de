//! `Retry-After` comes from outside, and must not be able to hurt.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue};
use messages_transport::layer::retry::retry_after;

const DAY: u64 = 24 * 60 * 60;

/// 1994-11-06T08:49:37Z, the instant of RFC 9110's examples.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(784_111_777)
}

fn parse(values: &[&str]) -> Option<u64> {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(
            "retry-after",
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    retry_after(&headers, now()).map(|wait| wait.as_secs())
}

#[test]
fn sixty_values_are_read_as_they_should() {
    let cases: [(&[&str], Option<u64>); 60] = [
        (&["0"], Some(0)),
        (&["1"], Some(1)),
        (&["17"], Some(17)),
        (&["120"], Some(120)),
        (&["007"], Some(7)),
        (&[" 5 "], Some(5)),
        (&["86399"], Some(DAY - 1)),
        (&["86400"], Some(DAY)),
        (&["86401"], Some(DAY)),
        (&["4294967295"], Some(DAY)),
        (&["4294967296"], Some(DAY)),
        (&["18446744073709551615"], Some(DAY)),
        (&["18446744073709551616"], Some(DAY)),
        (&["99999999999999999999"], Some(DAY)),
        (&["00000000000000000000"], Some(0)),
        (&["000000000000000000000000000003"], Some(3)),
        (&["Sun, 06 Nov 1994 08:49:37 GMT"], Some(0)),
        (&["Sun, 06 Nov 1994 08:49:47 GMT"], Some(10)),
        (&["Sunday, 06-Nov-94 08:49:47 GMT"], Some(10)),
        (&["Sun Nov  6 08:49:47 1994"], Some(10)),
        (&["Sun, 06 Nov 1994 08:49:27 GMT"], Some(0)),
        (&["Thu, 01 Jan 1970 00:00:00 GMT"], Some(0)),
        (&["Mon, 07 Nov 1994 08:49:36 GMT"], Some(DAY - 1)),
        (&["Fri, 31 Dec 9999 23:59:59 GMT"], Some(DAY)),
        (&["3", "9"], Some(9)),
        (&["9", "3"], Some(9)),
        (&["junk", "4"], Some(4)),
        (&["4", "junk"], Some(4)),
        (&["2", "Sun, 06 Nov 1994 08:49:47 GMT"], Some(10)),
        (&["inf", "NaN"], None),
        (&[], None),
        (&[""], None),
        (&[" "], None),
        (&["inf"], None),
        (&["Infinity"], None),
        (&["NaN"], None),
        (&["nan"], None),
        (&["1e308"], None),
        (&["1e3"], None),
        (&["-1"], None),
        (&["+1"], None),
        (&["-0"], None),
        (&["1.5"], None),
        (&["1,5"], None),
        (&["1, 5"], None),
        (&["0x10"], None),
        (&["1_000"], None),
        (&["5s"], None),
        (&["5 seconds"], None),
        (&["five"], None),
        (&["true"], None),
        (&["null"], None),
        (&["\"5\""], None),
        (&["٣"], None),
        (&["5;q=1"], None),
        (&["Sun, 06 Nov 1994"], None),
        (&["Sun, 99 Nov 1994 08:49:37 GMT"], None),
        (&["Sun, 06 Foo 1994 08:49:37 GMT"], None),
        (&["1994-11-06T08:49:47Z"], None),
        (&["784111787 GMT"], None),
    ];
    for (values, expected) in cases {
        assert_eq!(parse(values), expected, "{values:?}");
    }
    println!("retry-after: {} values by hand", cases.len());
}

#[test]
fn a_date_is_relative_to_the_answers_own() {
    let mut headers = HeaderMap::new();
    headers.insert(
        "retry-after",
        HeaderValue::from_static("Sun, 06 Nov 1994 08:49:47 GMT"),
    );
    headers.insert(
        "date",
        HeaderValue::from_static("Sun, 06 Nov 1994 08:49:40 GMT"),
    );
    // This machine's clock is a year off.
    let now = now() - Duration::from_secs(365 * DAY);
    assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(7)));
}

#[test]
fn a_hundred_thousand_values_do_no_harm() {
    const PIECES: [&[u8]; 16] = [
        b"0",
        b"9",
        b"99999999",
        b"-",
        b"+",
        b".",
        b"e",
        b"inf",
        b"NaN",
        b" ",
        b",",
        b"GMT",
        b"Sun, 06 Nov 1994 08:49:47 GMT",
        b"Sunday, 06-Nov-94 ",
        b"\xff",
        b"\t",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    let mut read = 0;
    for _ in 0..100_000 {
        let mut headers = HeaderMap::new();
        for _ in 0..random.usize(1..3) {
            let mut value = Vec::new();
            for _ in 0..random.usize(0..5) {
                value.extend_from_slice(PIECES[random.usize(0..PIECES.len())]);
            }
            if random.u8(0..4) == 0 && !value.is_empty() {
                let at = random.usize(0..value.len());
                value[at] = random.u8(32..127);
            }
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append("retry-after", value);
            }
        }
        let now = UNIX_EPOCH + Duration::from_secs(random.u64(0..1 << 40));
        if let Some(wait) = retry_after(&headers, now) {
            assert!(wait <= Duration::from_secs(DAY));
            read += 1;
        }
    }
    println!("retry-after: 100000 random headers, {read} read, 0 panics, none above a day");
    assert!(read > 1000);
}
