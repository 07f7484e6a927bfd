//! Durations and sizes as people write them: `"10s"`, `"256MiB"`.
//!
//! Zero is refused here, once, for every key: nothing in Lazaret is unlimited.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A length of time greater than zero, written `"500ms"`, `"10s"`, `"1m 30s"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub Duration);

/// A number of bytes greater than zero, written `"64KiB"`, `"256MiB"`, `"1.5GiB"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let duration = humantime::parse_duration(text.trim()).map_err(|_| {
            format!("`{text}` is not a duration; write it like \"500ms\", \"10s\" or \"2m\"")
        })?;
        if duration.is_zero() {
            return Err("a duration has to be greater than zero; nothing is unlimited".into());
        }
        Ok(Self(duration))
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let size = bytesize::ByteSize::from_str(text.trim()).map_err(|_| {
            format!("`{text}` is not a size; write it like \"64KiB\" or \"256MiB\"")
        })?;
        if size.as_u64() == 0 {
            return Err("a size has to be greater than zero; nothing is unlimited".into());
        }
        Ok(Self(size.as_u64()))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_duration(self.0).fmt(formatter)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        bytesize::ByteSize::b(self.0).display().iec().fmt(formatter)
    }
}

/// Reads a string by `FromStr`, and says of anything else what was expected.
struct Written<T> {
    expected: &'static str,
    unit: std::marker::PhantomData<T>,
}

impl<T: FromStr<Err = String>> Visitor<'_> for Written<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a duration with its unit, like \"10s\"";
        deserializer.deserialize_any(Written { expected, unit: std::marker::PhantomData })
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a size with its unit, like \"256MiB\"";
        deserializer.deserialize_any(Written { expected, unit: std::marker::PhantomData })
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "examples": ["500ms", "10s", "2m"]})
    }
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "examples": ["64KiB", "256MiB", "1GiB"]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_durations_read_as_people_write_them() {
        assert_eq!("256MiB".parse(), Ok(Size(256 * 1024 * 1024)));
        assert_eq!("1m 30s".parse(), Ok(Time(Duration::from_secs(90))));
        assert_eq!(Size(1024 * 1024).to_string(), "1.0 MiB");
    }

    #[test]
    fn zero_negative_and_words_are_refused() {
        for wrong in ["0", "0s", "-1s", "soon", "", "NaN", "inf"] {
            assert!(wrong.parse::<Time>().is_err(), "{wrong}");
        }
        for wrong in ["0", "0MiB", "-1MiB", "big", "", "NaN"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}
