//! Webhooks cannot be made to call what is not this machine: every spelling of a forbidden address that a URL has room
//! for, names that resolve to one, and names that change their mind.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use messages_transport::async_trait;
use messages_transport::backend::hyper::{Connect, Connection};
use messages_transport::http::Uri;

use super::loopback::{Loopback, Network};
use super::{WebhookClient, request};
use crate::state::Outcome;

/// Addresses at which a service could respond that is not the receiver.
const FORBIDDEN: [Ipv4Addr; 14] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(169, 254, 170, 2),
    Ipv4Addr::new(10, 0, 0, 1),
    Ipv4Addr::new(172, 16, 0, 1),
    Ipv4Addr::new(192, 168, 1, 1),
    Ipv4Addr::new(100, 64, 0, 1),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(8, 8, 8, 8),
    Ipv4Addr::new(0, 0, 0, 0),
    Ipv4Addr::new(255, 255, 255, 255),
    Ipv4Addr::new(224, 0, 0, 1),
    Ipv4Addr::new(128, 0, 0, 1),
    Ipv4Addr::new(198, 18, 0, 1),
    Ipv4Addr::new(203, 0, 113, 7),
];

/// Resolves as the system would, plus some names; dials nothing, and remembers what it was asked to.
#[derive(Default)]
struct Watched {
    asked: AtomicUsize,
    resolved: AtomicUsize,
    dialled: Mutex<Vec<IpAddr>>,
}

#[async_trait]
impl Network for Watched {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed);
        let addresses: Vec<SocketAddr> = match host.trim_end_matches('.') {
            // Good and bad by turns, and both at once in either order.
            "flip.test" => vec![pick(turn)],
            "both.test" => vec![pick(0), pick(1)],
            "htob.test" => vec![pick(1), pick(0)],
            "metadata.test" => vec!["169.254.169.254".parse::<IpAddr>().expect("an address")]
                .into_iter()
                .map(|ip| SocketAddr::new(ip, port))
                .collect(),
            numeric => tokio::net::lookup_host((numeric, port)).await?.collect(),
        };
        self.resolved.fetch_add(1, Ordering::Relaxed);
        Ok(addresses)
    }

    async fn dial(&self, address: SocketAddr) -> io::Result<Box<dyn Connection>> {
        self.dialled.lock().expect("no panic").push(address.ip());
        Err(io::ErrorKind::ConnectionRefused.into())
    }
}

fn pick(turn: usize) -> SocketAddr {
    if turn.is_multiple_of(2) {
        SocketAddr::from(([127, 0, 0, 1], 80))
    } else {
        SocketAddr::from(([169, 254, 169, 254], 80))
    }
}

impl Watched {
    /// Number of dialled addresses that are not this machine.
    fn forbidden(&self) -> usize {
        let dialled = self.dialled.lock().expect("no panic");
        dialled
            .iter()
            .filter(|ip| !ip.to_canonical().is_loopback())
            .count()
    }

    fn dialled(&self) -> usize {
        self.dialled.lock().expect("no panic").len()
    }
}

/// Every way to write an IPv4 address that some parser takes.
fn spellings(ip: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = ip.octets();
    let whole = u32::from(ip);
    let last_three = whole & 0x00ff_ffff;
    let last_two = whole & 0xffff;
    let (high, low) = (whole >> 16, last_two);
    let hosts = [
        format!("{a}.{b}.{c}.{d}"),
        format!("{whole}"),
        format!("{whole:#x}"),
        format!("{whole:#X}"),
        format!("0{whole:o}"),
        format!("{a}.{last_three}"),
        format!("{a}.{b}.{last_two}"),
        format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("{a:#x}.0{b:o}.{last_two}"),
        format!("{a:03}.{b:03}.{c:03}.{d:03}"),
        format!("0x0000{a:x}.{b}.{c}.{d}"),
        format!("{a}.{b}.{c}.{d}."),
        format!("[::ffff:{a}.{b}.{c}.{d}]"),
        format!("[::ffff:{high:x}:{low:x}]"),
        format!("[0:0:0:0:0:ffff:{high:x}:{low:x}]"),
        format!("[::{a}.{b}.{c}.{d}]"),
        format!("[::{high:x}:{low:x}]"),
        format!("[64:ff9b::{a}.{b}.{c}.{d}]"),
        format!("[64:ff9b:1::{high:x}:{low:x}]"),
        format!("[2002:{high:x}:{low:x}::1]"),
        format!("%{:02x}%{:02x}", b'1', b'0'),
        format!("{a}%2e{b}%2e{c}%2e{d}"),
        format!("{a}。{b}。{c}。{d}"),
    ];
    let [dotted, ..] = &hosts;
    let mut urls: Vec<String> = hosts
        .iter()
        .flat_map(|host| {
            [
                format!("http://{host}/"),
                format!("HTTP://{host}:80/latest/meta-data"),
            ]
        })
        .collect();
    urls.extend([
        format!("https://{dotted}/"),
        format!("http://127.0.0.1@{dotted}/"),
        format!("http://localhost:80@{dotted}/"),
        format!("http://{dotted}#@127.0.0.1/"),
        format!("http://{dotted}?@127.0.0.1/"),
        format!("http://{dotted}\\@127.0.0.1/"),
        format!("http:\\\\{dotted}\\"),
        format!("http:///{dotted}/"),
        format!("http:{dotted}"),
        format!("//{dotted}/"),
        format!(" http://{dotted}/"),
        format!("http://{dotted}:080/"),
        format!("http://{dotted}:0/"),
        format!("http://{dotted}:99999/"),
        format!("http://\t{dotted}/"),
        format!("http://{dotted}%00.localhost/"),
        format!("http://{dotted} localhost/"),
        format!("gopher://{dotted}/"),
        format!("ftp://{dotted}/"),
        format!("file://{dotted}/etc/passwd"),
        format!("http+unix://{dotted}/"),
        format!("http://[{dotted}]/"),
        format!("http://[::1%25{dotted}]/"),
        format!("http://{dotted},127.0.0.1/"),
    ]);
    urls
}

async fn delivery(client: &WebhookClient, url: &str) -> Outcome {
    client
        .delivery(request(url, Bytes::from_static(b"{}")))
        .await
}

#[tokio::test]
async fn no_spelling_of_a_foreign_address_is_dialled() {
    let network = Arc::new(Watched::default());
    let client = WebhookClient::over(Loopback::over(network.clone(), &[])).expect("a client");
    let mut urls: Vec<String> = FORBIDDEN.into_iter().flat_map(spellings).collect();
    for host in [
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fc00::1]",
        "[2001:db8::1]",
        "[::]",
        "[ff02::1]",
    ] {
        urls.extend(["", ":80", ":8080", ":443"].map(|port| format!("http://{host}{port}/")));
    }
    for host in ["metadata.test", "METADATA.test", "metadata.test."] {
        urls.extend([
            format!("http://{host}/"),
            format!("http://127.0.0.1@{host}/x"),
        ]);
    }
    for url in &urls {
        let outcome = delivery(&client, url).await;
        assert!(matches!(outcome, Outcome::Failed { .. }), "{url}");
    }
    println!(
        "{} spellings of foreign addresses, {} of them resolved, {} forbidden connects",
        urls.len(),
        network.resolved.load(Ordering::Relaxed),
        network.forbidden()
    );
    assert!(urls.len() >= 1_000, "{}", urls.len());
    assert_eq!(network.forbidden(), 0);
    assert!(
        network.resolved.load(Ordering::Relaxed) > 250,
        "too few got as far as to be judged"
    );

    // The watch works: this machine is dialled.
    let before = network.dialled();
    for url in [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]:80/",
        "http://[::ffff:127.0.0.1]/",
    ] {
        delivery(&client, url).await;
    }
    assert!(network.dialled() >= before + 4);
}

#[tokio::test]
async fn a_host_that_is_allowed_leads_nowhere_that_has_credentials() {
    let network = Arc::new(Watched::default());
    let metadata = [FORBIDDEN[0], FORBIDDEN[1], FORBIDDEN[6], FORBIDDEN[8]];
    let mut count = 0;
    for url in metadata.into_iter().flat_map(spellings) {
        // A host is allowed by the name that the URL has.
        let Ok(uri) = url.parse::<Uri>() else {
            continue;
        };
        let host = uri
            .host()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_owned();
        let client =
            WebhookClient::over(Loopback::over(network.clone(), &[host])).expect("a client");
        delivery(&client, &url).await;
        count += 1;
    }
    println!(
        "{count} allowed spellings of metadata addresses, {} forbidden connects",
        network.forbidden()
    );
    assert!(count > 150);
    assert_eq!(network.forbidden(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    const TRIES: usize = 10_000;
    let network = Arc::new(Watched::default());
    for (host, allowed) in [
        ("flip.test", false),
        ("both.test", false),
        ("htob.test", false),
        ("flip.test", true),
    ] {
        let allowed: Vec<String> = allowed.then(|| host.to_owned()).into_iter().collect();
        let loopback = Loopback::over(network.clone(), &allowed);
        let uri: Uri = format!("http://{host}/").parse().expect("a URI");
        for _ in 0..TRIES / 4 {
            assert!(loopback.connect(&uri).await.is_err());
        }
    }
    println!(
        "{TRIES} tries of names that change their mind, {} connects to this machine, {} forbidden",
        network.dialled(),
        network.forbidden()
    );
    assert_eq!(network.forbidden(), 0);
    assert!(network.dialled() >= TRIES * 6 / 10);
}
