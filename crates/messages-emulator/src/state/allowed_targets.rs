//! The receivers that webhooks may go to.

use std::net::IpAddr;

use http::Uri;

/// The receivers that webhooks may go to, as far as a URL shows it. The address that is dialled decides in the end.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllowedTargets {
    /// Names and addresses beside this machine's, in lower case.
    hosts: Vec<String>,
    /// Certificates of receivers can be verified.
    tls: bool,
}

impl AllowedTargets {
    /// `hosts` in either case.
    pub(crate) fn new(hosts: &[String], tls: bool) -> Self {
        let hosts = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { hosts, tls }
    }

    /// Checks the URL of a receiver.
    ///
    /// # Errors
    /// With the requirement that it does not meet.
    pub(crate) fn check(&self, url: &str) -> Result<(), &'static str> {
        const ABSOLUTE: &str = "must be an absolute URL with a scheme and a host, such as http://127.0.0.1:3000/status";
        let uri: Uri = url.parse().map_err(|_| ABSOLUTE)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(ABSOLUTE);
        };
        match scheme {
            "http" => {}
            "https" if self.tls => {}
            "https" => {
                return Err(
                    "needs `--webhook-ca` (`webhook_ca`) with the certificate authority of the receiver for https",
                );
            }
            _ => return Err(ABSOLUTE),
        }
        if authority.as_str().contains('@') {
            return Err("must not have a user name or a password");
        }
        let host = authority.host().to_ascii_lowercase();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let address: Option<IpAddr> = address.parse().ok();
        let is_local =
            host == "localhost" || address.is_some_and(|ip| ip.to_canonical().is_loopback());
        if authority.port_u16() == Some(0) || (is_local && authority.port_u16().is_none()) {
            return Err("must name the port of the receiver, such as http://127.0.0.1:3000/status");
        }
        // A name may lead to this machine.
        if address.is_some() && !is_local && !self.hosts.contains(&host) {
            return Err(
                "must be an address of this machine; `--allow-webhook` (`allow_webhook_hosts`) allows another one",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_cannot_be_used_is_refused_with_the_reason() {
        let targets = AllowedTargets {
            hosts: vec!["10.0.0.1".to_owned()],
            tls: false,
        };
        for (url, reason) in [
            ("/status", "absolute"),
            ("status", "absolute"),
            ("", "absolute"),
            ("127.0.0.1:3000/status", "absolute"),
            ("localhost:3000", "absolute"),
            ("ftp://127.0.0.1:3000/", "absolute"),
            ("http://", "absolute"),
            ("http://127.0.0.1:99999/", "port"),
            ("http://127.0.0.1/ a", "absolute"),
            ("http://127.0.0.1/status", "port"),
            ("http://localhost/status", "port"),
            ("http://[::1]/status", "port"),
            ("http://127.0.0.1:0/status", "port"),
            ("http://user:secret@127.0.0.1:3000/", "password"),
            ("https://127.0.0.1:3000/status", "--webhook-ca"),
            ("http://10.0.0.2:3000/", "this machine"),
            ("http://[2001:db8::1]:3000/", "this machine"),
        ] {
            let error = targets.check(url).expect_err(url);
            assert!(error.contains(reason), "{url}: {error}");
        }
        for url in [
            "http://127.0.0.1:3000",
            "http://127.8.9.10:3000/status?a=b",
            "http://LOCALHOST:3000/",
            "http://[::1]:3000/",
            "http://[::ffff:127.0.0.1]:3000/",
            "http://10.0.0.1/status",
            "http://receiver/status",
            "http://receiver.example:8080/",
        ] {
            assert_eq!(targets.check(url), Ok(()), "{url}");
        }
        let tls = AllowedTargets {
            tls: true,
            ..targets
        };
        assert_eq!(tls.check("https://127.0.0.1:3000/status"), Ok(()));
        assert!(tls.check("https://127.0.0.1/status").is_err());
    }
}
