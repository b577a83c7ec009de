//! Connection options, read from the places where `libpq` reads them.

mod files;
mod url;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use messages_outbox::{StoreError, StoreErrorKind};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config};

use crate::Builder;
use crate::connect::{self, Trust};

/// Options that are passed on to the driver.
const DRIVER: &[&str] = &[
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "load_balance_hosts",
    "options",
    "password",
    "port",
    "sslnegotiation",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// Options that are read here.
const OWN: &[&str] = &["passfile", "service", "sslmode", "sslrootcert"];

/// Environment variables, and the options that they set.
const VARIABLES: &[(&str, &str)] = &[
    ("PGAPPNAME", "application_name"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGDATABASE", "dbname"),
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
    ("PGOPTIONS", "options"),
    ("PGPASSFILE", "passfile"),
    ("PGPASSWORD", "password"),
    ("PGPORT", "port"),
    ("PGSERVICE", "service"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGUSER", "user"),
];

/// Options by their `libpq` names.
type Options = BTreeMap<String, String>;

/// Options of a connection, from a URL and the environment.
///
/// The first of these that sets an option counts: the URL, the section of the service file (`service=NAME` or `PGSERVICE`), the
/// `PG*` variables, the password file.
///
/// | `sslmode` | TLS |
/// | --- | --- |
/// | `disable` | none; the default over a socket and to a loopback address |
/// | `allow`, `prefer` | if the server has it |
/// | `require`, `verify-ca`, `verify-full` | always; the default to any other host |
///
/// With TLS, the certificate and the host's name are always verified, with the platform's certificates or only those of
/// `sslrootcert`. Certificates of clients are not supported.
///
/// `Debug` does not show the password.
#[derive(Clone)]
pub struct ConnectOptions {
    config: Config,
    trust: Trust,
}

impl ConnectOptions {
    /// Options of a URL such as `postgres://app@db.example/app`, of which each part may be missing, and of this process's
    /// environment.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Request`] if an option is invalid; its cause names it and does not show values.
    pub fn from_env(url: &str) -> Result<Self, StoreError> {
        Self::from_variables(url, |name| std::env::var(name).ok())
    }

    /// As [`ConnectOptions::from_env`], with these environment variables.
    ///
    /// # Errors
    ///
    /// See [`ConnectOptions::from_env`].
    pub fn from_variables(
        url: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, StoreError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let mut options = url::parse(url)?;
        let environment = VARIABLES.iter();
        let environment: Options = environment
            .filter_map(|(name, option)| Some(((*option).to_owned(), variable(name)?)))
            .collect();
        let service = options.get("service").or(environment.get("service"));
        if let Some(service) = service.cloned() {
            add(&mut options, files::service(&service, &variable)?);
        }
        add(&mut options, environment);
        let known = |name: &String| DRIVER.contains(&&**name) || OWN.contains(&&**name);
        if let Some(unknown) = options.keys().find(|name| !known(name)) {
            return Err(invalid(format!(
                "the connection option `{unknown}` is not supported"
            )));
        }
        if !options.contains_key("host") && !options.contains_key("hostaddr") {
            options.insert("host".to_owned(), default_host());
        }
        if !options.contains_key("password")
            && let Some(password) = files::password(&options, &variable)?
        {
            options.insert("password".to_owned(), password);
        }
        let mut config = driver_config(&options)?;
        config.ssl_mode(ssl_mode(options.get("sslmode"), &config)?);
        let trust = match options.get("sslrootcert").map(String::as_str) {
            None | Some("system") => Trust::Platform(Vec::new()),
            Some(file) => Trust::Only(certificates(file)?),
        };
        Ok(Self { config, trust })
    }

    /// Options of a store with this connection.
    pub fn builder(self) -> Builder {
        let mut builder = crate::PostgresStore::builder(self.config);
        builder.trust = self.trust;
        builder
    }

    /// One connection, such as for [`migrate`](crate::migrate).
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Unavailable`] if the server cannot be reached.
    pub async fn connect(&self) -> Result<Client, StoreError> {
        let config = connect::with_defaults(self.config.clone());
        connect::connect(&config, connect::tls(&self.trust)?).await
    }

    /// Options for the driver.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }
}

impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectOptions")
            .field("hosts", &self.config.get_hosts())
            .field("dbname", &self.config.get_dbname())
            .finish_non_exhaustive()
    }
}

/// Adds the options that are not set.
fn add(options: &mut Options, more: Options) {
    for (name, value) in more {
        options.entry(name).or_insert(value);
    }
}

/// The driver's configuration, by way of its key-value format.
fn driver_config(options: &Options) -> Result<Config, StoreError> {
    let set = DRIVER.iter().filter_map(|name| {
        let value = options.get(*name)?;
        Some((*name, value.replace('\\', r"\\").replace('\'', r"\'")))
    });
    let text: Vec<String> = set
        .map(|(name, value)| format!("{name}='{value}'"))
        .collect();
    // The driver's error names the option, and no value.
    text.join(" ")
        .parse()
        .map_err(|error: tokio_postgres::Error| {
            let reason = std::error::Error::source(&error).map(ToString::to_string);
            invalid(reason.unwrap_or_else(|| "a connection option is invalid".to_owned()))
        })
}

fn ssl_mode(given: Option<&String>, config: &Config) -> Result<SslMode, StoreError> {
    Ok(match given.map(String::as_str) {
        Some("disable") => SslMode::Disable,
        Some("allow" | "prefer") => SslMode::Prefer,
        Some("require" | "verify-ca" | "verify-full") => SslMode::Require,
        Some(_) => {
            return Err(invalid(
                "`sslmode` must be disable, allow, prefer, require, verify-ca or verify-full",
            ));
        }
        None if is_local(config) => SslMode::Disable,
        None => SslMode::Require,
    })
}

/// Returns `true` if all connections stay on this machine.
fn is_local(config: &Config) -> bool {
    let addresses = config.get_hostaddrs();
    if !addresses.is_empty() {
        return addresses.iter().all(std::net::IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

/// Folder of the server's socket, or this machine.
fn default_host() -> String {
    let folders = ["/var/run/postgresql", "/tmp"].map(PathBuf::from);
    let has_socket = |folder: &PathBuf| cfg!(unix) && folder.join(".s.PGSQL.5432").exists();
    match folders.into_iter().find(has_socket) {
        Some(folder) => folder.display().to_string(),
        None => "localhost".to_owned(),
    }
}

fn certificates(file: &str) -> Result<Vec<CertificateDer<'static>>, StoreError> {
    let unreadable = |_| invalid("`sslrootcert` must be a readable file of PEM certificates");
    let certificates: Vec<_> = CertificateDer::pem_file_iter(file)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    match certificates.is_empty() {
        true => Err(invalid("the file of `sslrootcert` has no certificate")),
        false => Ok(certificates),
    }
}

/// An option is invalid.
fn invalid(reason: impl Into<String>) -> StoreError {
    StoreError::not_done(StoreErrorKind::Request).caused_by(reason.into())
}
