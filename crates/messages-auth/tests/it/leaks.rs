//! Canaries in every secret place: none of them comes out of anything that is printed.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use messages_auth::jwt::{
    self, Acl, AclPath, AclRule, ClaimName, Claims, JwtOptions, Lifetime, TimeUnit, TokenSource,
};
use messages_auth::key::{KeyMistake, KeyWarning};
use messages_auth::webhook::{
    MemoryReplayGuard, Reason, ReplayError, ReplayGuard, ReplayKey, Secrets, Verifier,
    WebhookSigner,
};
use messages_auth::{
    ApiKey, ApiSecret, AuthError, Basic, Credentials, Flaw, PrivateKey, PublicKey, RsaSigner,
    SignError, SignatureSecret, Signer,
};

use crate::support::{KEY, PKCS8, application, headers, now};

const API_SECRET: &str = "CANARYapisecret0123456789";
const SIGNATURE_SECRET: &str = "CANARYsignaturesecret0123456789abcdef";
const BODY: &str = r#"{"text":"CANARYtext","to":"447700900123"}"#;
const ACCOUNT: &str = "CANARYapikey";

/// Collects what is printed, and looks for canaries.
struct Watch {
    canaries: Vec<String>,
    printed: usize,
    /// The types whose `Debug` was looked at.
    types: BTreeSet<&'static str>,
}

impl Watch {
    fn text(&mut self, what: &str, text: &str) {
        self.printed += 1;
        for canary in &self.canaries {
            assert!(
                !text.contains(canary.as_str()),
                "{what} prints a canary: {text}"
            );
        }
    }

    fn debug(&mut self, value: &impl Debug) {
        let what = std::any::type_name_of_val(value);
        self.types.insert(what);
        self.text(what, &format!("{value:?}"));
        self.text(what, &format!("{value:#?}"));
    }

    fn display(&mut self, value: &impl Display) {
        self.text(std::any::type_name_of_val(value), &value.to_string());
    }

    fn error(&mut self, error: &(impl Error + 'static)) {
        self.debug(error);
        let mut link: Option<&dyn Error> = Some(error);
        while let Some(error) = link {
            self.text("a source", &format!("{error} {error:?} {error:#?}"));
            link = error.source();
        }
    }
}

/// A signer whose `Debug` leaks, as one written elsewhere may.
#[derive(Debug)]
#[expect(dead_code, reason = "its `Debug` is what reads it")]
struct Leaky(&'static str);

impl Signer for Leaky {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        RsaSigner::new(PrivateKey::from_pem(PKCS8).unwrap()).sign(message)
    }
}

#[test]
fn nothing_that_is_secret_is_printed() {
    let key = PrivateKey::from_pem(PKCS8).unwrap();
    let account = ApiKey::new(ACCOUNT).unwrap();
    let secret = SignatureSecret::new(SIGNATURE_SECRET).unwrap();
    let basic = Basic::new(ACCOUNT, API_SECRET).unwrap();
    let source = TokenSource::new(application(), Leaky("CANARYleaky"));
    let token = jwt::mint(
        &Claims::new(application(), &JwtOptions::new(), now()).unwrap(),
        &RsaSigner::new(key.clone()),
    )
    .unwrap();
    let signer = WebhookSigner::new(account.clone(), secret.clone()).application_id(application());
    let webhook = signer.sign(BODY.as_bytes(), now()).unwrap();
    let bearer = source.header_value(now()).unwrap();

    let mut canaries: Vec<String> = [API_SECRET, SIGNATURE_SECRET, "CANARY", "447700900123"]
        .map(str::to_owned)
        .into();
    // Any line of the key, and the tokens from their claims on.
    canaries.extend(
        PKCS8
            .lines()
            .filter(|line| !line.starts_with('-'))
            .map(|line| line[..20].to_owned()),
    );
    for header in [&webhook, &bearer] {
        canaries.extend(
            header
                .to_str()
                .unwrap()
                .split('.')
                .skip(1)
                .map(|part| part[..20].to_owned()),
        );
    }
    canaries.push(token.expose()[..60].to_owned());
    canaries.push(basic.header_value().to_str().unwrap()["Basic ".len()..][..20].to_owned());
    let mut watch = Watch {
        canaries,
        printed: 0,
        types: BTreeSet::new(),
    };

    watch.debug(&account);
    watch.debug(&ApiSecret::new(API_SECRET).unwrap());
    watch.debug(&secret);
    watch.debug(&basic);
    watch.debug(&Credentials::from(basic.clone()));
    watch.debug(&Credentials::from(source.clone()));
    watch.debug(&source);
    watch.debug(&key);
    watch.debug(&key.public_key());
    watch.debug(&RsaSigner::new(key.clone()));
    watch.debug(&token);
    watch.debug(&signer);
    for header in [&webhook, &bearer, &basic.header_value()] {
        watch.debug(header);
    }

    let guard = Arc::new(MemoryReplayGuard::new());
    let builder = Verifier::builder()
        .secret(account.clone(), secret.clone())
        .replay_guard(guard.clone());
    watch.debug(&builder);
    let verifier = builder.build().unwrap();
    watch.debug(&verifier);
    watch.debug(
        &Secrets::new()
            .secret(account.clone(), secret.clone())
            .any_account(secret.clone()),
    );
    let headers = headers(webhook);
    let verified = verifier
        .verify(&headers, Bytes::from_static(BODY.as_bytes()), now())
        .unwrap();
    watch.debug(&verified);
    watch.debug(verified.claims());
    watch.error(&verifier.verify(&headers, BODY, now()).unwrap_err());
    let (_, _, claim) = verified.into_parts();
    watch.debug(&claim);
    watch.debug(&guard);
    let key_of_replay = ReplayKey::new(Some(&account), "jti");
    watch.debug(&key_of_replay);
    watch.debug(&guard.claim(&key_of_replay, now(), now()).unwrap());
    watch.error(&verifier.verify(&headers, "CANARY", now()).unwrap_err());
    watch.error(
        &verifier
            .verify(&http::HeaderMap::new(), "CANARY", now())
            .unwrap_err(),
    );

    without_secrets(&mut watch);
    errors(&mut watch);
    let public = public_types();
    let unseen: Vec<_> = public
        .iter()
        .filter(|name| {
            let path = format!("::{name}");
            !watch.types.iter().any(|seen| {
                seen.split(['<', '>', '&', ' '])
                    .any(|seen| seen.starts_with("messages_auth::") && seen.ends_with(&path))
            })
        })
        .collect();
    assert!(unseen.is_empty(), "never printed: {unseen:?}");
    println!(
        "canaries: {} texts of {} public types printed, 0 leaked",
        watch.printed,
        public.len()
    );
    assert!(watch.printed > 300);
}

/// The names of all public types, as the source has them: a new one that is not printed here is a failure.
fn public_types() -> BTreeSet<String> {
    fn collect(folder: &Path, names: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, names);
                continue;
            }
            let source = fs::read_to_string(path).unwrap();
            let declared = source.lines().filter_map(|line| {
                let rest = ["pub struct ", "pub enum "]
                    .iter()
                    .find_map(|start| line.strip_prefix(start))?;
                rest.split(|c: char| !c.is_alphanumeric()).next()
            });
            names.extend(declared.map(str::to_owned));
        }
    }

    let mut names = BTreeSet::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut names,
    );
    assert!(names.len() > 30, "{names:?}");
    names
}

/// The types that hold nothing secret, next to secrets all the same.
fn without_secrets(watch: &mut Watch) {
    let path = AclPath::messages();
    let rule = AclRule::new().methods([http::Method::POST]);
    let acl = Acl::new().path(path.clone(), rule.clone());
    let options = JwtOptions::new().subject("alice").acl(acl.clone());
    let claims = Claims::new(application(), &options, now()).unwrap();
    let token = jwt::mint(&claims, &RsaSigner::new(KEY.clone())).unwrap();
    let inspection = jwt::inspect(token.expose(), now());
    assert!(inspection.claims.is_some());
    watch.debug(&path);
    watch.debug(&rule);
    watch.debug(&acl);
    watch.debug(&options);
    watch.debug(&Lifetime::DEFAULT);
    watch.debug(&claims);
    watch.debug(&inspection);
    watch.debug(&application());
    watch.debug(&ClaimName::Iat);
    watch.debug(&TimeUnit::Milliseconds);
    watch.debug(&Reason::Missing);
    watch.debug(&Flaw::Pem);
    watch.display(&KeyWarning::ReadableByOthers { mode: 0o644 });
    watch.debug(&KeyWarning::ReadableByOthers { mode: 0o644 });
    watch.error(&KeyMistake::TextAsPath);
    watch.error(&SignError::new("the vault is sealed"));
    watch.error(&ReplayError::new("the database is away"));
}

/// Each constructor, given secrets that are wrong in some way.
fn errors(watch: &mut Watch) {
    fn fail<T: Debug>(watch: &mut Watch, result: Result<T, AuthError>) {
        let error = result.unwrap_err();
        watch.display(&error);
        watch.debug(&error.kind());
        watch.error(&error);
    }

    for text in [
        format!("{API_SECRET}\n"),
        format!("CANARY\0{API_SECRET}"),
        PKCS8.to_owned(),
        API_SECRET.repeat(100),
    ] {
        fail(watch, ApiKey::new(text.clone()));
        fail(watch, ApiSecret::new(text.clone()));
        fail(watch, SignatureSecret::new(text.clone()));
        fail(watch, Basic::new("CANARY key", text.clone()));
        fail(watch, messages_auth::ApplicationId::parse(&text));
        fail(
            watch,
            Basic::parse(
                &HeaderValue::try_from(format!("Basic {}", crate::support::encode(&text))).unwrap(),
            ),
        );
    }
    let cut = &PKCS8[..900];
    let damaged = PKCS8.replacen("MII", "M!!", 1);
    for text in [
        cut,
        &damaged,
        &PKCS8[40..900],
        include_str!("keys/rsa-1024.pem"),
        API_SECRET,
    ] {
        fail(watch, PrivateKey::from_text(text));
        fail(watch, PrivateKey::from_pem(text));
        fail(watch, PrivateKey::from_der(text.as_bytes()));
        fail(watch, PublicKey::from_pem(text));
        fail(watch, PublicKey::from_der(text.as_bytes()));
    }
    fail(watch, PublicKey::from_pem(PKCS8));
    for text in [PKCS8, &PKCS8.replace('\n', " "), &PKCS8[28..1600]] {
        fail(watch, PrivateKey::from_path(text));
    }
    let token = format!(
        "{}.{}.CANARY",
        crate::support::encode("{}"),
        crate::support::encode(BODY)
    );
    for fault in jwt::inspect(&token, now()).faults {
        watch.error(&fault);
    }
}
