//! The URL of a connection.

use messages_outbox::StoreError;

use super::{Options, invalid};

const EXPECTED: &str = "a Postgres URL must be `postgres://USER@HOST:PORT/DATABASE?OPTION=VALUE`, with special characters \
     percent-encoded";

/// The options that a URL sets.
pub(super) fn parse(url: &str) -> Result<Options, StoreError> {
    let rest = ["postgres://", "postgresql://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme))
        .ok_or_else(|| invalid(EXPECTED))?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (credentials, servers) = authority.rsplit_once('@').unwrap_or(("", authority));
    // A character that is not encoded would end the password early, and its rest would be the host.
    if credentials.contains('@') || database.contains(['/', '@']) {
        return Err(invalid(EXPECTED));
    }
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let mut hosts = Vec::new();
    let mut ports = Vec::new();
    for server in servers.split(',') {
        let (host, port) = match server.rfind(':') {
            // The colons of an IPv6 address lie within brackets.
            Some(colon) if !server[colon..].contains(']') => {
                (&server[..colon], &server[colon + 1..])
            }
            _ => (server, ""),
        };
        let host = host.strip_prefix('[').unwrap_or(host);
        hosts.push(host.strip_suffix(']').unwrap_or(host));
        ports.push(port);
    }
    let mut options = Options::new();
    let mut set = |name: &str, value: &str| {
        if !value.is_empty() {
            options.insert(decoded(name)?, decoded(value)?);
        }
        Ok::<_, StoreError>(())
    };
    set("user", user)?;
    set("password", password)?;
    set("dbname", database)?;
    if hosts.iter().any(|host| !host.is_empty()) {
        set("host", &hosts.join(","))?;
    }
    if ports.iter().any(|port| !port.is_empty()) {
        set("port", &ports.join(","))?;
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| invalid(EXPECTED))?;
        set(name, value)?;
    }
    Ok(options)
}

fn decoded(text: &str) -> Result<String, StoreError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (Some(high), Some(low)) = (digit(), digit()) else {
                    return Err(invalid(EXPECTED));
                };
                u8::try_from(high * 16 + low).map_err(|_| invalid(EXPECTED))?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| invalid(EXPECTED))
}
