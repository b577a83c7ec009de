//! A server for the tests.

use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use messages_outbox_postgres::tokio_postgres::{Client, Config, NoTls};
use messages_outbox_postgres::{PostgresStore, migrate};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// Set to `1` where a missing server is a failure.
const REQUIRED: &str = "MESSAGES_REQUIRE_POSTGRES";

/// URL of a server that is used in place of the machine's.
const URL: &str = "MESSAGES_TEST_POSTGRES";

/// Port whose number names the socket.
const PORT: u16 = 5432;

/// Longest wait for a server.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server with any number of databases.
pub(crate) struct Server {
    /// Address of the server, as text.
    address: String,
    local: Option<Local>,
}

/// A database with the schema of the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Database {
    address: String,
    name: String,
}

/// The server that all tests of this process share, unless there is none.
pub(crate) fn shared() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| match std::env::var(URL) {
        Ok(url) => Some(Server {
            address: url,
            local: None,
        }),
        Err(_) => Server::start(),
    });
    if server.is_none() {
        skip();
    }
    server.as_ref()
}

/// Reports that a test was skipped, past the test runner, which shows no output of tests that pass.
pub(crate) fn skip() {
    let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
    assert!(!required, "Postgres is not installed");
    let test = std::thread::current();
    let test = test.name().unwrap_or("a test").to_owned();
    let text = format!("skipped {test}: Postgres is not installed, and {URL} is not set\n");
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}

impl Server {
    /// Starts a server in a temporary folder. `None` if none is installed.
    pub(crate) fn start() -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        let local = Local {
            owner: owner(folder.path()),
            programs,
            folder,
            port: PORT,
            process: None,
        };
        local.run("initdb", |initdb| {
            initdb.args(["--no-sync", "--encoding=UTF8", "--locale=C"]);
            initdb.args(["--auth=trust", "--username=postgres", "-D", "data"])
        });
        let mut server = Self {
            address: format!("host={} user=postgres", local.folder.path().display()),
            local: Some(local),
        };
        server.resume();
        Some(server)
    }

    /// Starts a server that listens on a loopback port as well, where it requires TLS and passwords. `None` if none is installed.
    pub(crate) fn start_secured(port: u16, certificate: &str, key: &str) -> Option<Self> {
        let mut server = Self::start()?;
        server.crash();
        let local = server.local.as_ref().unwrap();
        let file = |name: &str, text: &str| {
            let path = local.folder.path().join("data").join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
            if let Some((user, group)) = local.owner {
                std::os::unix::fs::chown(path, Some(user), Some(group)).unwrap();
            }
        };
        file("server.crt", certificate);
        file("server.key", key);
        file(
            "pg_hba.conf",
            "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
        );
        file(
            "postgresql.auto.conf",
            &format!("ssl = on\nlisten_addresses = '127.0.0.1'\nport = {port}\n"),
        );
        server.address.push_str(&format!(" port={port}"));
        server.local.as_mut().unwrap().port = port;
        server.resume();
        Some(server)
    }

    /// Ends all processes of the server at once, as a crash does.
    pub(crate) fn crash(&mut self) {
        let local = self.local.as_mut().unwrap();
        local.run("pg_ctl", |stop| {
            stop.args(["stop", "-m", "immediate", "-w", "-D", "data"])
        });
        let keep = local.folder.path().join("keep");
        std::fs::write(&keep, "").unwrap();
        local.end();
        std::fs::remove_file(keep).unwrap();
    }

    /// Starts the processes of the server.
    pub(crate) fn resume(&mut self) {
        let local = self.local.as_mut().unwrap();
        // The shell ends the server when this process ends, however it does, and removes its folder.
        let script = "\"$@\" & read -r _; kill -INT $! 2>/dev/null; wait; \
                      [ -e keep ] || rm -rf \"$PWD\"; exit 0";
        let mut shell = local.command(Path::new("sh"));
        shell
            .args(["-c", script, "sh"])
            .arg(local.programs.join("postgres"))
            .args(["-D", "data", "-k"])
            .arg(local.folder.path())
            .args(
                (local.port == PORT)
                    .then_some(["-c", "listen_addresses="])
                    .into_iter()
                    .flatten(),
            )
            // A crash of the machine is not part of these tests.
            .args(["-c", "fsync=off", "-c", "max_connections=200"])
            .stdin(Stdio::piped());
        local.process = Some(shell.spawn().unwrap());
        let end = Instant::now() + PATIENCE;
        while !local.is_ready() {
            assert!(Instant::now() < end, "the server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Creates a database with the schema of the store.
    pub(crate) async fn database(&self) -> Database {
        let database = self.empty_database().await;
        migrate(&mut database.client().await).await.unwrap();
        database
    }

    /// Creates a database without tables.
    pub(crate) async fn empty_database(&self) -> Database {
        self.create("template0").await
    }

    /// Creates a copy of a database, as one restored from a backup.
    pub(crate) async fn copy(&self, database: &Database) -> Database {
        self.end_connections(database).await;
        self.create(&database.name).await
    }

    /// Ends the connections to a database. Returns their number.
    pub(crate) async fn end_connections(&self, database: &Database) -> u64 {
        let client = connect(&self.config()).await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        client.execute(end, &[&database.name]).await.unwrap()
    }

    fn config(&self) -> Config {
        self.address.parse().expect("the address is valid")
    }

    async fn create(&self, template: &str) -> Database {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("outbox_{}_{number}", std::process::id());
        let client = connect(&self.config()).await;
        let drop = format!("DROP DATABASE IF EXISTS {name}");
        client.batch_execute(&drop).await.unwrap();
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        client.batch_execute(&create).await.unwrap();
        Database {
            address: self.address.clone(),
            name,
        }
    }
}

impl Database {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Folder of the server's socket, or its host.
    #[allow(dead_code, reason = "the tests of the CLI ask")]
    pub(crate) fn host(&self) -> String {
        use messages_outbox_postgres::tokio_postgres::config::Host;
        match &self.config().get_hosts()[0] {
            Host::Tcp(name) => name.clone(),
            Host::Unix(folder) => folder.display().to_string(),
        }
    }

    pub(crate) fn config(&self) -> Config {
        let mut config: Config = self.address.parse().unwrap();
        config.dbname(&self.name);
        config
    }

    pub(crate) async fn open(&self) -> PostgresStore {
        PostgresStore::open(self.config()).await.unwrap()
    }

    /// A connection of the owner.
    pub(crate) async fn client(&self) -> Client {
        connect(&self.config()).await
    }
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A server of this machine.
struct Local {
    /// User and group that the server runs as, if this process is the superuser, as which it refuses to run.
    owner: Option<(u32, u32)>,
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl Local {
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    fn run(&self, program: &str, arguments: impl FnOnce(&mut Command) -> &mut Command) {
        let mut command = self.command(&self.programs.join(program));
        let status = arguments(&mut command).status().unwrap();
        assert!(status.success(), "{program}: {status}");
    }

    fn end(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.stdin.take());
            process.wait().unwrap();
        }
    }

    fn is_ready(&self) -> bool {
        let mut ready = self.command(&self.programs.join("pg_isready"));
        ready.arg("-h").arg(self.folder.path());
        ready.args(["-p", &self.port.to_string()]);
        ready.status().unwrap().success()
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.end();
    }
}

/// Folder of the server's programs.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut versions: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    versions.sort_unstable();
    folders.extend(versions.into_iter().rev());
    let is_complete = |folder: &PathBuf| {
        let programs = ["initdb", "postgres", "pg_ctl", "pg_isready"];
        programs.iter().all(|name| folder.join(name).is_file())
    };
    folders.into_iter().find(is_complete)
}

/// The user that the server runs as, who gets the folder; `None` is the present one.
fn owner(folder: &Path) -> Option<(u32, u32)> {
    if folder.metadata().unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let mut users = users.lines().map(|line| line.split(':'));
        users.find_map(|mut fields| {
            let found = fields.next() == Some(name);
            let mut ids = fields.skip(1).map(str::parse);
            match (found, ids.next(), ids.next()) {
                (true, Some(Ok(user)), Some(Ok(group))) => Some((user, group)),
                _ => None,
            }
        })
    };
    let owner = find("postgres").or_else(|| find("nobody")).unwrap();
    std::fs::set_permissions(folder, PermissionsExt::from_mode(0o700)).unwrap();
    std::os::unix::fs::chown(folder, Some(owner.0), Some(owner.1)).unwrap();
    Some(owner)
}
