//! Validation of settings: a setting that cannot have its effect refuses the start.

use std::net::IpAddr;

use http::Uri;

use super::Config;

/// A setting is not one of the allowed values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{setting}` {requirement}")]
#[non_exhaustive]
pub struct SettingError {
    /// The path of the setting in the configuration, such as `rules[2].when.nth`.
    pub setting: String,
    /// The requirement that it does not meet, in words.
    pub requirement: &'static str,
}

impl Config {
    /// Checks every setting. An emulator does so at its start.
    ///
    /// # Errors
    /// With the first setting that cannot be used.
    pub fn check(&self) -> Result<(), SettingError> {
        for (setting, url) in [
            ("status_url", &self.status_url),
            ("inbound_url", &self.inbound_url),
            ("application.status_url", &self.application.status_url),
            ("application.inbound_url", &self.application.inbound_url),
        ] {
            if let Some(url) = url {
                self.targets_allowed().check(url).map_err(at(setting))?;
            }
        }
        require(
            (0.001..=1_000_000.0).contains(&self.speed),
            "speed",
            "must be from 0.001 to 1,000,000",
        )?;
        if let Some(limit) = &self.rate_limit {
            let rate = limit.per_second;
            require(
                rate.is_finite() && rate > 0.0,
                "rate_limit.per_second",
                "must be a positive number",
            )?;
            require(
                limit.burst != Some(0),
                "rate_limit.burst",
                "must be at least 1",
            )?;
        }
        require(self.keep >= 1, "keep", "must be at least 1")?;
        require(
            self.keep_mib >= super::KEEP_MIB_MIN,
            "keep_mib",
            "must be at least 16",
        )?;
        require(self.keep_hours >= 1, "keep_hours", "must be at least 1")?;
        for (index, rule) in self.rules.iter().enumerate() {
            rule.check().map_err(|error| SettingError {
                setting: format!("rules[{index}].{}", error.field),
                requirement: error.requirement,
            })?;
        }
        Ok(())
    }

    pub(crate) fn targets_allowed(&self) -> AllowedTargets {
        let hosts = self.allow_webhook_hosts.iter();
        AllowedTargets {
            hosts: hosts.map(|host| host.to_ascii_lowercase()).collect(),
            tls: self.webhook_ca.is_some(),
        }
    }
}

/// The receivers that webhooks may go to, as far as a URL shows it. The address that is dialled decides in the end.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllowedTargets {
    /// Names and addresses beside this machine's, in lower case.
    hosts: Vec<String>,
    /// Certificates of receivers can be verified.
    tls: bool,
}

impl AllowedTargets {
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

fn at(setting: &str) -> impl FnOnce(&'static str) -> SettingError {
    move |requirement| SettingError {
        setting: setting.to_owned(),
        requirement,
    }
}

fn require(is_met: bool, setting: &str, requirement: &'static str) -> Result<(), SettingError> {
    if is_met {
        Ok(())
    } else {
        Err(at(setting)(requirement))
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

    #[test]
    fn each_setting_is_named() {
        for (config, setting) in [
            (r#"{"status_url": "/status"}"#, "status_url"),
            (r#"{"inbound_url": "/inbound"}"#, "inbound_url"),
            (
                r#"{"application": {"status_url": "/status"}}"#,
                "application.status_url",
            ),
            (
                r#"{"application": {"inbound_url": "/inbound"}}"#,
                "application.inbound_url",
            ),
            (r#"{"speed": 0}"#, "speed"),
            (r#"{"speed": 1e7}"#, "speed"),
            (
                r#"{"rate_limit": {"per_second": 0}}"#,
                "rate_limit.per_second",
            ),
            (
                r#"{"rate_limit": {"per_second": 1, "burst": 0}}"#,
                "rate_limit.burst",
            ),
            (r#"{"keep": 0}"#, "keep"),
            (r#"{"keep_mib": 15}"#, "keep_mib"),
            (r#"{"keep_hours": 0}"#, "keep_hours"),
            (
                r#"{"rules": [{"then": "read"}, {"when": {"nth": 0}, "then": "read"}]}"#,
                "rules[1].when.nth",
            ),
        ] {
            let config: Config = serde_json::from_str(config).expect("a configuration");
            let error = config.check().expect_err(setting);
            assert_eq!(error.setting, setting);
        }
        assert_eq!(Config::default().check(), Ok(()));
    }
}
