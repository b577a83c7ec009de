//! Mints and judges the tokens of stdin: what another implementation is compared with.
//!
//! A line is `{"key": …, "application_id": …, "now": seconds}`, answered by a token that this private key signed, or
//! `{"token": …, "public_key": …, "now": seconds}`, answered by `accepted` or what is wrong.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::time::{Duration, SystemTime};

use messages_auth::jwt::{self, Claims, JwtOptions};
use messages_auth::{ApplicationId, PrivateKey, PublicKey, RsaSigner};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(untagged)]
enum Order {
    Mint {
        key: String,
        application_id: String,
        now: u64,
    },
    Judge {
        token: String,
        public_key: String,
        now: u64,
    },
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", answer(serde_json::from_str(&line?)?)?)?;
    }
    Ok(out.flush()?)
}

fn answer(order: Order) -> Result<String, Box<dyn Error>> {
    Ok(match order {
        Order::Mint {
            key,
            application_id,
            now,
        } => {
            let signer = RsaSigner::new(PrivateKey::from_text(&key)?);
            let id = ApplicationId::parse(&application_id)?;
            let claims = Claims::new(id, &JwtOptions::new(), at(now))?;
            jwt::mint(&claims, &signer)?.expose().to_owned()
        }
        Order::Judge {
            token,
            public_key,
            now,
        } => match jwt::verify(&token, &PublicKey::from_pem(&public_key)?, at(now)) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        },
    })
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}
