//! A day, as exceptions name the last one on which they hold.

use std::fmt;
use std::time::SystemTime;

use serde::Deserialize;
use serde_json::Value;

/// A day: `2027-03-01`. As text it is ordered: later is greater.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "Value")]
pub(crate) struct Date(String);

impl Date {
    /// Today, at Greenwich: the same on every machine.
    pub(crate) fn today() -> Self {
        let mut now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        now.truncate("2027-03-01".len());
        Self(now)
    }
}

impl TryFrom<Value> for Date {
    type Error = String;

    /// Without quotes a date is of a type of TOML's own, and not a text.
    fn try_from(written: Value) -> Result<Self, String> {
        let Value::String(day) = written else {
            return Err("a date in quotes is expected, like \"2027-03-01\"".to_owned());
        };
        match humantime::parse_rfc3339(&format!("{day}T00:00:00Z")) {
            Ok(_) => Ok(Self(day)),
            Err(_) => Err(format!("`{day}` is not a day such as `2027-03-01`")),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Date;

    fn date(written: impl Into<Value>) -> Result<Date, String> {
        written.into().try_into()
    }

    #[test]
    fn a_day_that_no_calendar_has_is_refused() {
        assert!(date("2028-02-29").is_ok());
        for text in ["2027-02-29", "2027-13-01", "2027-00-10", "2027-3-1", "soon", "+027-03-01"] {
            assert!(date(text).is_err(), "{text}");
        }
        for other in [json!(2027), json!({ "a": "2027-03-01" })] {
            assert!(date(other).unwrap_err().contains("a date in quotes"));
        }
    }

    #[test]
    fn later_is_greater_and_today_is_a_day() {
        assert!(date("2027-03-01") < date("2027-10-01"));
        let today = Date::today();
        assert_eq!(date(today.to_string()), Ok(today));
    }
}
