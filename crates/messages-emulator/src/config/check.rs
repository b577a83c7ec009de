//! Validation of settings: a setting that cannot have its effect refuses the start.

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
