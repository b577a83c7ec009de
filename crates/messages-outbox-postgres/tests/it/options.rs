//! Options of connections: a URL, variables, the service and the password file, TLS.

use std::collections::HashMap;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use messages_outbox::{OutboxStore, StoreError, StoreErrorKind};
use messages_outbox_postgres::tokio_postgres::config::{Host, SslMode};
use messages_outbox_postgres::{ConnectOptions, migrate, migrations};

use crate::server::Server;
use crate::support::intent;

const PASSWORD: &str = "canary-password";

fn options(url: &str, variables: &[(&str, &str)]) -> Result<ConnectOptions, StoreError> {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    ConnectOptions::from_variables(url, |name| {
        variables.get(name).map(|value| (*value).to_owned())
    })
}

/// An error with all its causes.
fn chain(error: &StoreError) -> String {
    let mut text = format!("{error:?}");
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = source {
        text.push_str(&format!("; {error}"));
        source = error.source();
    }
    text
}

fn private_file(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
}

#[test]
fn the_url_counts_before_the_service_and_the_variables() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    std::fs::write(
        home.join(".pg_service.conf"),
        "# shared\n[other]\nhost=no\n\n[outbox]\nhost = db.example\nport=5433\ndbname=of_service\n",
    )
    .unwrap();
    let home = home.to_str().unwrap();
    let variables = [
        ("HOME", home),
        ("PGSERVICE", "outbox"),
        ("PGHOST", "of.variable"),
        ("PGUSER", "of_variable"),
        ("PGDATABASE", "of_variable"),
        ("PGOPTIONS", "-c work_mem='1 MB'"),
    ];
    let read = options("postgres:///of%20url?connect_timeout=7", &variables).unwrap();
    let config = read.config();
    assert_eq!(config.get_hosts(), [Host::Tcp("db.example".to_owned())]);
    assert_eq!(config.get_ports(), [5433]);
    assert_eq!(config.get_dbname(), Some("of url"));
    assert_eq!(config.get_user(), Some("of_variable"));
    assert_eq!(config.get_options(), Some("-c work_mem='1 MB'"));
    assert_eq!(config.get_connect_timeout().unwrap().as_secs(), 7);
    let unknown = [("HOME", home), ("PGSERVICE", "third")];
    assert!(chain(&options("postgres://", &unknown).unwrap_err()).contains("PGSERVICE"));

    let many = options("postgresql://u@[::1]:1,b:2,c/d", &[]).unwrap();
    let hosts: Vec<_> = ["::1", "b", "c"]
        .map(|name| Host::Tcp(name.to_owned()))
        .into();
    assert_eq!(many.config().get_hosts(), hosts);
    assert_eq!(many.config().get_ports(), [1, 2, 5432]);
    let socket = options("postgres://u@%2Frun%2Fpg/d", &[]).unwrap();
    assert_eq!(socket.config().get_hosts(), [Host::Unix("/run/pg".into())]);
}

#[test]
fn tls_is_required_beyond_this_machine() {
    for (url, mode) in [
        ("postgres://localhost/d", SslMode::Disable),
        ("postgres://[::1]/d", SslMode::Disable),
        ("postgres://%2Frun%2Fpg/d", SslMode::Disable),
        ("postgres://db.example/d", SslMode::Require),
        ("postgres://localhost,db.example/d", SslMode::Require),
        (
            "postgres://localhost/d?hostaddr=192.0.2.1",
            SslMode::Require,
        ),
        ("postgres://db.example/d?sslmode=prefer", SslMode::Prefer),
        ("postgres://db.example/d?sslmode=disable", SslMode::Disable),
        (
            "postgres://localhost/d?sslmode=verify-full",
            SslMode::Require,
        ),
    ] {
        let read = options(url, &[]).unwrap();
        assert_eq!(read.config().get_ssl_mode(), mode, "{url}");
    }
    let read = options("postgres://localhost/d", &[("PGSSLMODE", "verify-ca")]).unwrap();
    assert_eq!(read.config().get_ssl_mode(), SslMode::Require);
}

#[test]
fn the_password_file_must_be_private() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".pgpass");
    private_file(
        &file,
        "# host:port:database:user:password\ndb.example:5432:d:other:no\ndb.example:*:d:u:canary\\:pass\\\\word\n*:*:*:*:last\n",
    );
    let variables = [("HOME", home.path().to_str().unwrap())];
    for (url, password) in [
        ("postgres://u@db.example/d", r"canary:pass\word"),
        ("postgres://u@db.example:6000/d", r"canary:pass\word"),
        ("postgres://v@db.example/d", "last"),
        ("postgres://u:own@db.example/d", "own"),
    ] {
        let read = options(url, &variables).unwrap();
        let found = read.config().get_password().unwrap();
        assert_eq!(found, password.as_bytes(), "{url}");
        assert!(!format!("{read:?}").contains(password), "{read:?}");
    }
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let readable = options("postgres://u@db.example/d", &variables).unwrap_err();
    assert!(chain(&readable).contains("0600"), "{readable:?}");
}

#[test]
fn errors_name_the_option_and_show_no_password() {
    for (url, expected) in [
        ("postgres://u:canary-password@h/d?sslcert=x", "sslcert"),
        ("postgres://u:canary-password@h/d?sslmode=yes", "sslmode"),
        ("postgres://u:canary-password@h:port/d", "port"),
        (
            "postgres://u:canary-password@h/d?target_session_attrs=x",
            "target_session_attrs",
        ),
        ("postgres://u:canary@password@h/d", "percent-encoded"),
        ("postgres://u:canary/password@h/d", "percent-encoded"),
        ("postgres://u:canary-password%@h/d", "percent-encoded"),
        (
            "postgres://u:canary-password@h/d?sslrootcert=missing.pem",
            "sslrootcert",
        ),
    ] {
        let error = options(url, &[]).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Request);
        let text = chain(&error);
        assert!(text.contains(expected), "{url}: {text}");
        assert!(
            !text.contains("canary") && !text.contains("password@"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn tls_verifies_the_server_and_passwords_are_checked() {
    let authority = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root_certificate = parameters.self_signed(&authority).unwrap();
    let issuer = rcgen::Issuer::from_params(&parameters, &authority);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let Some(server) = Server::start_secured(port, &certificate.pem(), &key.serialize_pem()) else {
        crate::server::skip();
        return;
    };
    let database = server.empty_database().await;
    let owner = database.client().await;
    let role = format!(
        "CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'; GRANT CREATE ON DATABASE {} TO app",
        database.name()
    );
    owner.batch_execute(&role).await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.pem");
    std::fs::write(&root, root_certificate.pem()).unwrap();
    let root = root.to_str().unwrap();
    let passfile = folder.path().join("pass");
    private_file(&passfile, &format!("localhost:{port}:*:app:{PASSWORD}\n"));
    let passfile = passfile.to_str().unwrap();

    let url = |host: &str, query: &str| {
        format!("postgres://app@{host}:{port}/{}?{query}", database.name())
    };
    let verified = url(
        "localhost",
        &format!("sslmode=verify-full&sslrootcert={root}"),
    );
    let with_file = options(&verified, &[("PGPASSFILE", passfile)]).unwrap();
    assert_eq!(
        migrate(&mut with_file.connect().await.unwrap())
            .await
            .unwrap(),
        migrations().len()
    );
    let store = with_file.builder().open().await.unwrap();
    store.enqueue(&[intent("a")], None).await.unwrap();
    let tls = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'app'";
    for row in owner.query(tls, &[]).await.unwrap() {
        assert!(row.get::<_, bool>(0));
    }

    let password = [("PGPASSWORD", PASSWORD)];
    for (refused, variables) in [
        // The certificate's authority is not one of the platform's; the name is not the host's; no TLS; another password.
        (url("localhost", "sslmode=require"), &password[..]),
        (
            url(
                "127.0.0.1",
                &format!("sslmode=verify-full&sslrootcert={root}"),
            ),
            &password[..],
        ),
        (url("localhost", "sslmode=disable"), &password[..]),
        (verified.clone(), &[("PGPASSWORD", "canary-other")][..]),
    ] {
        let error = options(&refused, variables)
            .unwrap()
            .connect()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{refused}");
        assert!(!chain(&error).contains("canary"), "{error:?}");
    }
}
