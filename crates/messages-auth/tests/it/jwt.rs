//! Tokens of an application: what is minted, what is accepted, and what is said of a bad one.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Method};
use messages_auth::jwt::{
    self, Acl, AclPath, AclRule, ClaimName, Claims, Inspection, JwtError, JwtOptions, Lifetime,
    TimeUnit, Token,
};
use messages_auth::{AuthErrorKind, PrivateKey, RsaSigner, Signer};
use serde_json::{Value, json};

use crate::support::{APPLICATION, KEY, NOW, application, at, claims_of, encode, now, sign_raw};

fn claims(options: &JwtOptions) -> Claims {
    Claims::new(application(), options, now()).unwrap()
}

fn mint(claims: &Claims) -> Token {
    jwt::mint(claims, &RsaSigner::new(KEY.clone())).unwrap()
}

/// A token with any header and claims, rightly signed by the application's key.
fn sign(header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = RsaSigner::new(KEY.clone()).sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", encode(signature))
}

const HEADER: &str = r#"{"alg":"RS256","typ":"JWT"}"#;

fn good() -> Value {
    json!({"application_id": APPLICATION, "iat": NOW, "jti": "j1", "exp": NOW + 900})
}

fn verdict(claims: &Value) -> Result<Claims, JwtError> {
    jwt::verify(&sign(HEADER, &claims.to_string()), &KEY.public_key(), now())
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = good();
    claims[name] = value.into();
    claims
}

fn without(name: &str) -> Value {
    let mut claims = good();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[test]
fn the_default_token_lives_15_minutes_and_has_no_more_than_it_must() {
    let token = mint(&claims(&JwtOptions::new()));
    let written = claims_of(token.expose());
    assert_eq!(written["application_id"], APPLICATION);
    assert_eq!(
        (&written["iat"], &written["exp"]),
        (&json!(NOW), &json!(NOW + 900))
    );
    assert_eq!(written["jti"].as_str().unwrap().len(), 36);
    assert_eq!(written.as_object().unwrap().len(), 4);
    let header = token.header_value().unwrap();
    assert!(header.is_sensitive());
    assert_eq!(jwt::bearer_token(&header), Some(token.expose()));
    assert_eq!(
        jwt::bearer_token(&HeaderValue::from_static("Basic YTpi")),
        None
    );
}

#[test]
fn every_option_is_written_and_read_back() {
    let acl = Acl::new()
        .path(
            AclPath::messages(),
            AclRule::new().methods([Method::POST, Method::PATCH]),
        )
        .path(AclPath::dispatch(), AclRule::new())
        .path(
            AclPath::new("/*/users/**").unwrap(),
            AclRule::new().filter("to", "447700900000"),
        );
    let options = JwtOptions::new()
        .lifetime(Lifetime::new(Duration::from_secs(60)).unwrap())
        .not_before_issue()
        .subject("alice")
        .acl(acl);
    let minted = claims(&options);
    let token = mint(&minted);
    let written = claims_of(token.expose());
    assert_eq!(
        (&written["exp"], &written["nbf"], &written["sub"]),
        (&json!(NOW + 60), &json!(NOW), &json!("alice"))
    );
    assert_eq!(
        written["acl"],
        json!({"paths": {
            "/*/messages/**": {"methods": ["POST", "PATCH"]},
            "/*/dispatch/**": {},
            "/*/users/**": {"filters": {"to": "447700900000"}},
        }})
    );
    assert_eq!(
        jwt::verify(token.expose(), &KEY.public_key(), now()).unwrap(),
        minted
    );
}

#[test]
fn each_token_has_an_id_of_its_own() {
    let ids: std::collections::HashSet<_> = (0..10_000)
        .map(|_| claims(&JwtOptions::new()).token_id)
        .collect();
    assert_eq!(ids.len(), 10_000);
}

#[test]
fn lifetimes_are_bounded() {
    for (seconds, fits) in [
        (0, false),
        (29, false),
        (30, true),
        (900, true),
        (86_400, true),
        (86_401, false),
        (u64::MAX, false),
    ] {
        let lifetime = Lifetime::new(Duration::from_secs(seconds));
        assert_eq!(lifetime.is_ok(), fits, "{seconds}");
        match lifetime {
            Ok(lifetime) => assert_eq!(
                (lifetime.as_secs(), lifetime.duration()),
                (seconds, Duration::from_secs(seconds))
            ),
            Err(error) => assert_eq!(error.kind(), AuthErrorKind::Lifetime),
        }
    }
    assert!(Lifetime::new(Duration::from_millis(86_400_001)).is_err());
    assert!(Lifetime::new(Duration::from_millis(29_999)).is_err());
    assert_eq!(Lifetime::default().as_secs(), 900);
}

#[test]
fn paths_of_access_rules_are_checked() {
    for pattern in ["/*/messages/**", "/v1/messages", "/"] {
        assert_eq!(AclPath::new(pattern).unwrap().as_str(), pattern);
    }
    for pattern in [
        "",
        "v1/messages",
        "*/messages",
        "/v1 /x",
        "/v1\n",
        "/v1?x=1",
        "/v1#x",
        "/\0",
    ] {
        assert_eq!(
            AclPath::new(pattern).unwrap_err().kind(),
            AuthErrorKind::AclPath,
            "{pattern:?}"
        );
    }
}

/// The public key of PKCS#1, decoded without this crate.
fn public_pkcs1() -> Vec<u8> {
    let pem = include_str!("keys/rsa-2048.public.pkcs1.pem");
    let body: String = pem.lines().filter(|line| !line.starts_with("--")).collect();
    STANDARD.decode(body).unwrap()
}

#[test]
fn pkcs_1_and_pkcs_8_sign_alike_and_another_implementation_verifies() {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};

    let pkcs1 = PrivateKey::from_pem(include_str!("keys/rsa-2048.pkcs1.pem")).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    let key = DecodingKey::from_rsa_der(&public_pkcs1());
    let claims = claims(&JwtOptions::new());
    let tokens = [KEY.clone(), pkcs1].map(|key| jwt::mint(&claims, &RsaSigner::new(key)).unwrap());
    assert_eq!(tokens[0].expose(), tokens[1].expose());
    let decoded = decode::<Value>(tokens[0].expose(), &key, &validation).unwrap();
    assert_eq!(decoded.claims, serde_json::to_value(&claims).unwrap());
}

#[test]
fn what_another_implementation_signs_is_verified() {
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};

    let key = EncodingKey::from_rsa_der(include_bytes!("keys/rsa-2048.pkcs1.der"));
    let token = encode(&Header::new(Algorithm::RS256), &good(), &key).unwrap();
    assert_eq!(
        jwt::verify(&token, &KEY.public_key(), now())
            .unwrap()
            .token_id,
        "j1"
    );
}

#[test]
fn only_rs256_by_the_key_is_accepted() {
    let text = good().to_string();
    let verify = |token: &str| jwt::verify(token, &KEY.public_key(), now()).unwrap_err();
    for alg in [
        "none", "None", "RS384", "RS512", "PS256", "ES256", "HS256", "rs256", "",
    ] {
        assert_eq!(
            verify(&sign(&format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#), &text)),
            JwtError::Algorithm,
            "{alg}"
        );
    }
    // The public key's text as an HMAC key: the oldest confusion.
    let signed = format!(
        "{}.{}",
        encode(r#"{"alg":"HS256","typ":"JWT"}"#),
        encode(&text)
    );
    let mac = crate::support::hs256(crate::support::PUBLIC.as_bytes(), &signed);
    assert_eq!(
        verify(&format!("{signed}.{}", encode(mac))),
        JwtError::Algorithm
    );
    let signed = format!("{}.{}", encode(HEADER), encode(&text));
    let mac = crate::support::hs256(crate::support::PUBLIC.as_bytes(), &signed);
    assert_eq!(
        verify(&format!("{signed}.{}", encode(mac))),
        JwtError::Signature
    );
    assert_eq!(verify(&format!("{signed}.")), JwtError::Signature);
    assert_eq!(verify(&signed), JwtError::Malformed);

    let other = PrivateKey::from_pem(include_str!("keys/rsa-4096.pem")).unwrap();
    let token = jwt::mint(&claims(&JwtOptions::new()), &RsaSigner::new(other.clone())).unwrap();
    assert_eq!(verify(token.expose()), JwtError::Signature);
    assert!(jwt::verify(token.expose(), &other.public_key(), now()).is_ok());
    assert_eq!(verify(&"a.".repeat(20_000)), JwtError::Malformed);
}

#[test]
fn the_claims_that_must_be_there_are_demanded() {
    assert!(verdict(&good()).is_ok());
    for (name, claim) in [
        ("application_id", ClaimName::ApplicationId),
        ("iat", ClaimName::Iat),
        ("jti", ClaimName::Jti),
    ] {
        assert_eq!(
            verdict(&without(name)).unwrap_err(),
            JwtError::Missing(claim)
        );
        for value in [json!(null), json!(true), json!([]), json!({}), json!("")] {
            assert_eq!(
                verdict(&with(name, value)).unwrap_err(),
                JwtError::Invalid(claim),
                "{name}"
            );
        }
    }
    for value in [
        "5c2e8f6e0f3c4a3e9d3b2f1f0d8b7a61",
        "abc",
        "{5c2e8f6e-0f3c-4a3e-9d3b-2f1f0d8b7a61}",
    ] {
        let refused = verdict(&with("application_id", value)).unwrap_err();
        assert_eq!(refused, JwtError::Invalid(ClaimName::ApplicationId));
    }
}

#[test]
fn a_claim_of_the_wrong_type_is_not_an_absent_one() {
    for (name, claim) in [("exp", ClaimName::Exp), ("nbf", ClaimName::Nbf)] {
        for value in [
            json!(null),
            json!("1700000900"),
            json!([1_700_000_900]),
            json!(-1),
            json!(true),
        ] {
            assert_eq!(
                verdict(&with(name, value)).unwrap_err(),
                JwtError::Invalid(claim),
                "{name}"
            );
        }
    }
    assert_eq!(
        verdict(&with("sub", 5)).unwrap_err(),
        JwtError::Invalid(ClaimName::Sub)
    );
    for value in [json!("all"), json!({}), json!({"paths": []}), json!([])] {
        assert_eq!(
            verdict(&with("acl", value)).unwrap_err(),
            JwtError::Invalid(ClaimName::Acl)
        );
    }
    assert!(verdict(&with("acl", json!({"paths": {}}))).is_ok());
}

#[test]
fn times_are_checked_with_60_seconds_of_leeway() {
    let times = |iat: u64, exp: Option<u64>, nbf: Option<u64>| {
        let mut claims = json!({"application_id": APPLICATION, "iat": iat, "jti": "j1"});
        if let Some(exp) = exp {
            claims["exp"] = exp.into();
        }
        if let Some(nbf) = nbf {
            claims["nbf"] = nbf.into();
        }
        verdict(&claims).err()
    };
    assert_eq!(times(NOW + 60, Some(NOW + 900), None), None);
    assert_eq!(
        times(NOW + 61, Some(NOW + 900), None),
        Some(JwtError::IssuedAhead)
    );
    assert_eq!(times(NOW - 900, Some(NOW - 59), None), None);
    assert_eq!(
        times(NOW - 900, Some(NOW - 60), None),
        Some(JwtError::Expired)
    );
    assert_eq!(times(NOW, Some(NOW + 900), Some(NOW + 60)), None);
    assert_eq!(
        times(NOW, Some(NOW + 900), Some(NOW + 61)),
        Some(JwtError::NotYet)
    );
    assert_eq!(times(NOW, Some(NOW + 30), None), None);
    assert_eq!(times(NOW, Some(NOW + 29), None), Some(JwtError::Lifetime));
    assert_eq!(times(NOW, Some(NOW - 1), None), Some(JwtError::Lifetime));
    assert_eq!(times(NOW, Some(NOW + 86_400), None), None);
    assert_eq!(
        times(NOW, Some(NOW + 86_401), None),
        Some(JwtError::Lifetime)
    );
    // Without `exp`, 15 minutes.
    assert_eq!(times(NOW - 959, None, None), None);
    assert_eq!(times(NOW - 960, None, None), Some(JwtError::Expired));
}

#[test]
fn other_claims_are_kept() {
    let claims = verdict(&with("region", "eu")).unwrap();
    assert_eq!(claims.extra["region"], "eu");
    assert_eq!(serde_json::to_value(&claims).unwrap(), with("region", "eu"));
}

#[test]
fn inspection_lists_all_that_is_wrong() {
    let Inspection {
        header,
        claims,
        faults,
        ..
    } = jwt::inspect(&sign(HEADER, &good().to_string()), now());
    assert_eq!(header.unwrap()["alg"], "RS256");
    assert_eq!(claims.unwrap().application_id, application());
    assert!(faults.is_empty());

    let claims =
        json!({"application_id": "x", "iat": NOW - 200_000, "exp": NOW - 100_000, "nbf": "soon"});
    let found = jwt::inspect(&sign(r#"{"alg":"RS512"}"#, &claims.to_string()), now());
    assert!(found.claims.is_none());
    assert_eq!(found.payload.unwrap()["application_id"], "x");
    assert_eq!(
        found.faults,
        [
            JwtError::Algorithm,
            JwtError::Invalid(ClaimName::ApplicationId),
            JwtError::Missing(ClaimName::Jti),
            JwtError::Invalid(ClaimName::Nbf),
            JwtError::Lifetime,
            JwtError::Expired,
        ]
    );

    let webhook = sign_raw(r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"iss":"Vonage"}"#);
    assert_eq!(jwt::inspect(&webhook, now()).faults[0], JwtError::Algorithm);
    for token in ["", "x", "a.b", "a.b.c.d"] {
        assert_eq!(
            jwt::inspect(token, now()).faults,
            [JwtError::Malformed],
            "{token}"
        );
    }
    let unsigned = format!("{}.{}.", encode(HEADER), encode(good().to_string()));
    assert_eq!(jwt::inspect(&unsigned, now()).faults, [JwtError::Malformed]);
}

#[test]
fn a_time_in_another_unit_or_form_is_named() {
    use TimeUnit::{Microseconds, Milliseconds, Nanoseconds};

    for (name, claim) in [
        ("iat", ClaimName::Iat),
        ("exp", ClaimName::Exp),
        ("nbf", ClaimName::Nbf),
    ] {
        for (value, unit) in [
            (json!(NOW * 1_000), Milliseconds),
            (json!(NOW as f64 * 1_000.0 + 0.5), Milliseconds),
            (json!(NOW * 1_000_000), Microseconds),
            (json!(NOW * 1_000_000_000), Nanoseconds),
        ] {
            let fault = verdict(&with(name, value)).unwrap_err();
            assert_eq!(fault, JwtError::Unit(claim, unit));
            assert_eq!(
                fault.to_string(),
                format!("the claim {name} is in {unit}; it must be in seconds since 1970")
            );
        }
        for value in [json!(1e300), json!(NOW.to_string()), json!(-1)] {
            let fault = verdict(&with(name, value)).unwrap_err();
            assert_eq!(fault, JwtError::Invalid(claim));
            assert_eq!(
                fault.to_string(),
                format!("the claim {name} must be a number of seconds since 1970")
            );
        }
    }
    let fault = verdict(&with("exp", 900)).unwrap_err();
    assert_eq!(fault, JwtError::ExpiryIsLifetime);
    let fault = verdict(&with("acl", json!({"/*/messages/**": {}}))).unwrap_err();
    assert!(fault.to_string().contains("acl needs `paths`"), "{fault}");
}

#[test]
fn claims_that_the_api_does_not_define_are_listed() {
    let mut claims = with("ttl", 900);
    assert_eq!(unknown(&claims), ["ttl"]);
    claims["expiresIn"] = json!("15m");
    claims["jti"] = json!(5);
    assert_eq!(unknown(&claims), ["expiresIn", "ttl"], "faulty or not");
    let all = json!({
        "application_id": APPLICATION, "iat": NOW, "jti": "j1", "exp": NOW + 900, "nbf": NOW,
        "sub": "alice", "acl": {"paths": {}},
    });
    assert!(unknown(&all).is_empty());
    assert_eq!(ClaimName::ALL.len(), all.as_object().unwrap().len());
}

fn unknown(claims: &Value) -> Vec<String> {
    let mut names = jwt::inspect(&sign(HEADER, &claims.to_string()), now()).unknown;
    names.sort();
    names
}

#[test]
fn access_rules_are_read_strictly() {
    let text = r#"{"paths":{"/*/messages/**":{"methods":["POST"],"filters":{"to":"4477"}},"/*/users/**":{}}}"#;
    let acl: Acl = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&acl).unwrap(), text);
    for refused in [
        "{}",
        "[]",
        r#"{"/*/messages/**":{}}"#,
        r#"{"paths":[]}"#,
        r#"{"paths":{"messages":{}}}"#,
        r#"{"paths":{"/x":[]}}"#,
        r#"{"paths":{"/x":{"method":["POST"]}}}"#,
        r#"{"paths":{"/x":{"methods":[]}}}"#,
        r#"{"paths":{"/x":{"methods":["post"]}}}"#,
        r#"{"paths":{"/x":{"methods":"POST"}}}"#,
        r#"{"paths":{},"other":1}"#,
    ] {
        assert!(serde_json::from_str::<Acl>(refused).is_err(), "{refused}");
    }
}

/// Inspection and verification share their rules: a token without faults is refused for its signature at most.
#[test]
fn inspection_and_verification_agree() {
    let mut agreed = 0;
    for claims in [
        good(),
        without("jti"),
        without("exp"),
        with("iat", NOW + 61),
        with("exp", NOW + 10),
        with("sub", 1),
    ] {
        for header in [
            HEADER,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"RS256","crit":["x"]}"#,
        ] {
            for time in [at(0), now(), at(NOW + 2_000)] {
                let token = sign(header, &claims.to_string());
                let faults = jwt::inspect(&token, time).faults;
                assert_eq!(
                    jwt::verify(&token, &KEY.public_key(), time).err(),
                    faults.first().copied(),
                    "{claims}"
                );
                agreed += 1;
            }
        }
    }
    assert_eq!(agreed, 72);
}

#[test]
fn every_fault_has_words_and_a_claim_its_name() {
    assert_eq!(
        JwtError::Missing(ClaimName::Iat).to_string(),
        "the claim iat is missing"
    );
    assert_eq!(
        JwtError::Invalid(ClaimName::ApplicationId).to_string(),
        "the claim application_id must be a UUID with hyphens"
    );
    assert_eq!(JwtError::Expired.to_string(), "the token has expired");
}
