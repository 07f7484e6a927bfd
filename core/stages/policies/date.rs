//! A day, as exceptions name the last one on which they hold.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;

/// A day: `2027-03-01`. Ordered: later is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Date {
    year: u64,
    month: u64,
    day: u64,
}

impl Date {
    /// Today, at Greenwich: the same on every machine.
    pub(super) fn today() -> Self {
        let seconds =
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self::of_day(seconds / 86_400)
    }

    /// The day so many after 1970-01-01, by Howard Hinnant's `civil_from_days`: years begin in
    /// March there, so that the leap day is the last.
    fn of_day(days: u64) -> Self {
        let days = days + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let (day, month) =
            (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
        Self { year: year + era * 400 + u64::from(month <= 2), month, day }
    }

    fn days_in_month(self) -> u64 {
        let leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            2 => 28 + u64::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a day such as `2027-03-01`");
        let parts: Vec<&str> = text.split('-').collect();
        // `parse` takes a sign.
        if parts.iter().map(|part| part.len()).ne([4, 2, 2]) || text.contains('+') {
            return Err(wrong());
        }
        let number = |part: &str| part.parse::<u64>().map_err(|_| wrong());
        let date =
            Self { year: number(parts[0])?, month: number(parts[1])?, day: number(parts[2])? };
        let is_there =
            (1..=12).contains(&date.month) && (1..=date.days_in_month()).contains(&date.day);
        if is_there { Ok(date) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn days_are_counted_from_1970() {
        for (days, date) in [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_789, "2026-12-02")] {
            assert_eq!(Date::of_day(days).to_string(), date);
        }
    }

    #[test]
    fn a_day_that_no_calendar_has_is_refused() {
        assert!("2028-02-29".parse::<Date>().is_ok());
        for text in ["2027-02-29", "2027-13-01", "2027-00-10", "2027-3-1", "soon", "+027-03-01"] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!("2027-03-01".parse::<Date>() < "2027-10-01".parse());
    }
}
