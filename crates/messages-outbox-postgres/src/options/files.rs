//! The service file and the password file.

use std::path::{Path, PathBuf};

use messages_outbox::StoreError;

use super::{Options, invalid};

/// The options of a section of the service file.
pub(super) fn service(
    name: &str,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<Options, StoreError> {
    let own = match variable("PGSERVICEFILE") {
        Some(file) => Some(PathBuf::from(file)),
        None => variable("HOME").map(|home| Path::new(&home).join(".pg_service.conf")),
    };
    let folder = variable("PGSYSCONFDIR").unwrap_or_else(|| "/etc/postgresql-common".to_owned());
    let shared = Path::new(&folder).join("pg_service.conf");
    for file in own.into_iter().chain([shared]) {
        let Ok(text) = std::fs::read_to_string(file) else {
            continue;
        };
        if let Some(options) = section(&text, name)? {
            return Ok(options);
        }
    }
    Err(invalid(
        "the service of `PGSERVICE` is not in the service file",
    ))
}

fn section(text: &str, name: &str) -> Result<Option<Options>, StoreError> {
    let mut found = None;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let header = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'));
        match (header, &mut found) {
            (Some(_), Some(_)) => break,
            (Some(header), None) if header == name => found = Some(Options::new()),
            (None, Some(options)) => {
                let (option, value) = line
                    .split_once('=')
                    .ok_or_else(|| invalid("a line of the service file must be `OPTION=VALUE`"))?;
                options.insert(option.trim().to_owned(), value.trim().to_owned());
            }
            _ => {}
        }
    }
    Ok(found)
}

/// The password of the password file for a connection with these options.
pub(super) fn password(
    options: &Options,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<Option<String>, StoreError> {
    let file = match options.get("passfile") {
        Some(file) => PathBuf::from(file),
        None if cfg!(windows) => match variable("APPDATA") {
            Some(folder) => Path::new(&folder).join("postgresql").join("pgpass.conf"),
            None => return Ok(None),
        },
        None => match variable("HOME") {
            Some(home) => Path::new(&home).join(".pgpass"),
            None => return Ok(None),
        },
    };
    let Ok(text) = std::fs::read_to_string(&file) else {
        return Ok(None);
    };
    check_mode(&file)?;
    let option = |name: &str| options.get(name).cloned();
    let first = |values: String| values.split(',').next().unwrap_or_default().to_owned();
    let user = option("user")
        .or_else(|| variable("USER"))
        .or_else(|| variable("LOGNAME"))
        .unwrap_or_default();
    let host = option("host").or_else(|| option("hostaddr"));
    let host = first(host.unwrap_or_default());
    let host = match &*host {
        // The usual folder of the socket stands for this machine.
        "/var/run/postgresql" | "/tmp" => "localhost".to_owned(),
        _ => host,
    };
    let port = first(option("port").unwrap_or_default());
    let port = if port.is_empty() {
        "5432".to_owned()
    } else {
        port
    };
    let database = option("dbname").unwrap_or_else(|| user.clone());
    let place = [host, port, database, user];
    Ok(text.lines().find_map(|line| matching(line, &place)))
}

/// Other users of this machine must not be able to read the passwords.
fn check_mode(file: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(file).map(|metadata| metadata.permissions().mode());
        if mode.is_ok_and(|mode| mode & 0o077 != 0) {
            return Err(invalid(
                "the password file must have the permissions 0600, so that other users cannot read it",
            ));
        }
    }
    let _ = file;
    Ok(())
}

/// The password of a line `HOST:PORT:DATABASE:USER:PASSWORD` that matches, where `*` matches all.
fn matching(line: &str, place: &[String; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            ':' if fields.len() < 5 => fields.push(String::new()),
            '\\' => fields.last_mut()?.extend(characters.next()),
            character => fields.last_mut()?.push(character),
        }
    }
    let password = (fields.len() == 5).then(|| fields.pop()).flatten()?;
    let is_match = fields
        .iter()
        .zip(place)
        .all(|(field, value)| field == "*" || field == value);
    is_match.then_some(password)
}
