//! Forged, damaged and outlandish webhooks: none is accepted. And the good ones: none is refused.

mod claims;
mod headers;
mod keys;
mod shapes;
mod signatures;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use messages_auth::SignatureSecret;
use messages_auth::webhook::Verifier;

use crate::support::{
    API_KEY, NOW, Random, SECRET, bearer, builder, headers, now, payload_hash, sign_raw, signer,
};

const BODY: &[u8] = br#"{"channel":"sms","message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}"#;
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// No replay guard: it must not be what refuses them.
fn open() -> Verifier {
    builder().without_replay_guard().build().unwrap()
}

fn good_claims() -> String {
    claims_with("")
}

fn claims_with(more: &str) -> String {
    let hash = payload_hash(BODY);
    format!(
        r#"{{"iss":"Vonage","iat":{NOW},"jti":"j1","payload_hash":"{hash}","api_key":"{API_KEY}"{more}}}"#
    )
}

/// The hostile tokens, each with what it tries.
#[derive(Default)]
struct Corpus {
    cases: Vec<(String, HeaderMap)>,
    /// Not even an HTTP header: these cannot reach a server, and are not counted.
    unsendable: usize,
}

impl Corpus {
    fn add(&mut self, what: impl Into<String>, token: impl AsRef<str>) {
        match bearer(token.as_ref()) {
            Some(headers) => self.cases.push((what.into(), headers)),
            None => self.unsendable += 1,
        }
    }

    fn add_headers(&mut self, what: &str, values: &[&str]) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::try_from(*value).unwrap());
        }
        self.cases.push((what.into(), headers));
    }
}

#[test]
fn no_hostile_token_is_accepted() {
    let verifier = open();
    assert!(
        verifier
            .verify(
                &bearer(&sign_raw(HEADER, &good_claims())).unwrap(),
                BODY,
                now()
            )
            .is_ok(),
        "the control"
    );
    assert!(
        verifier
            .verify(
                &bearer(&sign_raw(HEADER, &claims::replaced("", None))).unwrap(),
                BODY,
                now()
            )
            .is_ok()
    );
    let mut corpus = Corpus::default();
    headers::add(&mut corpus);
    keys::add(&mut corpus);
    signatures::add(&mut corpus);
    shapes::add(&mut corpus);
    claims::add(&mut corpus);
    let accepted: Vec<_> = corpus
        .cases
        .iter()
        .filter(|(_, headers)| verifier.verify(headers, BODY, now()).is_ok())
        .map(|(what, _)| what)
        .collect();
    println!(
        "hostile tokens: {}, accepted {} ({} more cannot be sent)",
        corpus.cases.len(),
        accepted.len(),
        corpus.unsendable
    );
    assert!(accepted.is_empty(), "{accepted:?}");
    assert!(corpus.cases.len() >= 400);
}

/// A secret that accepts any account must not open what the account's own would not.
#[test]
fn no_hostile_token_is_accepted_for_any_account() {
    let verifier = Verifier::builder()
        .any_account(SignatureSecret::new(SECRET).unwrap())
        .without_replay_guard()
        .build()
        .unwrap();
    let mut corpus = Corpus::default();
    headers::add(&mut corpus);
    signatures::add(&mut corpus);
    shapes::add(&mut corpus);
    for (what, headers) in &corpus.cases {
        assert!(verifier.verify(headers, BODY, now()).is_err(), "{what}");
    }
}

#[test]
fn no_single_bit_can_be_changed() {
    let verifier = open();
    let mut random = Random(1);
    let (mut flips, mut unsendable, mut accepted) = (0_u64, 0_u64, 0_u64);
    for pair in 0..20 {
        let length = 300 + random.below(300) as usize;
        let body = random.bytes(length);
        let token = signer()
            .sign_with_jti(&body, now(), &format!("pair-{pair}"))
            .unwrap();
        let value = token.as_bytes().to_vec();
        assert!(
            verifier
                .verify(&headers(token.clone()), body.clone(), now())
                .is_ok()
        );
        for bit in 0..body.len() * 8 {
            let mut changed = body.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            flips += 1;
            accepted += u64::from(
                verifier
                    .verify(&headers(token.clone()), changed, now())
                    .is_ok(),
            );
        }
        let from = "Bearer ".len() * 8;
        for bit in from..value.len() * 8 {
            let mut changed = value.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            flips += 1;
            match HeaderValue::from_bytes(&changed) {
                Ok(changed) => {
                    accepted += u64::from(
                        verifier
                            .verify(&headers(changed), body.clone(), now())
                            .is_ok(),
                    );
                }
                Err(_) => unsendable += 1,
            }
        }
    }
    println!(
        "bit flips: {flips} over 20 pairs ({unsendable} of them no header at all), accepted {accepted}"
    );
    assert_eq!(accepted, 0);
    assert!(flips - unsendable >= 100_000);
}

#[test]
fn no_valid_webhook_is_refused() {
    const COUNT: u64 = 10_000;

    let verifier = builder().build().unwrap();
    let mut random = Random(2);
    let mut refused = 0;
    for number in 0..COUNT {
        let length = random.below(2_000) as usize;
        let body = random.bytes(length);
        // Anywhere within the window, by either form of the header.
        let signed_at = crate::support::at(NOW + 60 - random.below(24 * 3600 + 15 * 60 + 61));
        let header = if number % 2 == 0 {
            signer().sign(&body, signed_at).unwrap()
        } else {
            let claims = format!(
                r#" {{ "payload_hash":"{}", "extra":[{number}],"api_key":"{API_KEY}","jti":"{number}","iat":{NOW}.0,"iss":"Vonage" }} "#,
                payload_hash(&body)
            );
            let header = [
                r#"{"typ":"JWT","alg":"HS256"}"#,
                r#"{"alg":"HS256","kid":"1"}"#,
                r#"{"typ":"jwt","alg":"HS256"}"#,
            ];
            bearer(&sign_raw(header[number as usize % 3], &claims)).unwrap()[AUTHORIZATION].clone()
        };
        match verifier.verify(&headers(header), body, now()) {
            Ok(verified) => verified.commit().unwrap(),
            Err(_) => refused += 1,
        }
    }
    println!("valid webhooks: {COUNT}, refused {refused}");
    assert_eq!(refused, 0);
}

/// Nothing that arrives makes the verifier panic, and nothing of it is accepted.
#[test]
fn noise_is_refused() {
    let verifier = open();
    let mut random = Random(3);
    let good = sign_raw(HEADER, &good_claims()).into_bytes();
    for _ in 0..20_000 {
        let mut token = good.clone();
        for _ in 0..1 + random.below(4) {
            let at = random.below(token.len() as u64) as usize;
            match random.below(4) {
                0 => token[at] = 0x20 + random.below(95) as u8,
                1 => token.truncate(at.max(1)),
                2 => token.insert(at, b".=-_aA0"[random.below(7) as usize]),
                _ => {
                    token.remove(at);
                    token.push(b'A');
                }
            }
        }
        if token == good {
            continue;
        }
        let Ok(value) = HeaderValue::from_bytes(&[b"Bearer ", token.as_slice()].concat()) else {
            continue;
        };
        assert!(
            verifier.verify(&headers(value), BODY, now()).is_err(),
            "{}",
            String::from_utf8_lossy(&token)
        );
    }
    let part = URL_SAFE_NO_PAD.encode(random.bytes(64));
    assert!(
        verifier
            .verify(
                &bearer(&format!("{part}.{part}.{part}")).unwrap(),
                BODY,
                now()
            )
            .is_err()
    );
}
