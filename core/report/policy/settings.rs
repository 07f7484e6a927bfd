//! The settings of a policy as people read them: what each takes, has without being set, and means.

use lazaret_analysis::printable;
use serde_json::{Map, Value};

/// What the schema says of each setting. One that is no list of settings is shown as it is.
pub(super) fn settings(schema: Option<&Value>) -> String {
    let Some(schema) = schema else { return "none".to_owned() };
    let properties = schema.get("properties").and_then(Value::as_object);
    let properties = match properties {
        Some(properties) if properties.is_empty() => return "none".to_owned(),
        Some(properties) => properties,
        None => return printed(&format!("{schema:#}")),
    };
    let width = properties.keys().map(|name| name.chars().count()).max().unwrap_or_default();
    let row = |(name, one): (&String, &Value)| row(&format!("{name:width$}"), one, schema);
    properties.iter().flat_map(row).collect::<Vec<_>>().join("\n")
}

/// The lines about a setting: its name and what it takes, and what it means.
fn row(name: &str, setting: &Value, schema: &Value) -> Vec<String> {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = required.is_some_and(|names| names.iter().any(|one| one == name.trim_end()));
    let takes = takes(setting);
    let first = match setting.get("default") {
        Some(Value::Array(items)) if items.is_empty() => format!("{name}  {takes}"),
        Some(default) => format!("{name}  {takes}; without it {default}"),
        None if is_required => format!("{name}  {takes}; has to be there"),
        None => format!("{name}  {takes}"),
    };
    let meaning = setting.get("description").and_then(Value::as_str);
    let meaning = meaning
        .map(|text| format!("{:1$}  {2}", "", name.chars().count(), text.replace('\n', " ")));
    [first].into_iter().chain(meaning).map(|line| printable(&line)).collect()
}

/// What a value has to be, in words where there are some for it, and else as the schema says it.
fn takes(setting: &Value) -> String {
    let number = |key: &str| setting.get(key).filter(|value| value.is_number());
    if let Some(choice) = setting.get("enum").and_then(Value::as_array) {
        let words: Vec<String> = choice.iter().map(Value::to_string).collect();
        return words.join(" or ");
    }
    let kind = match setting.get("type").and_then(Value::as_str) {
        Some("array") => {
            let items = setting.get("items").map_or("anything".to_owned(), takes);
            return format!("list of {items}");
        }
        Some("string") => "text".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("object") => return object(setting),
        Some(kind) => kind.to_owned(),
        None => return rest(setting),
    };
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => format!("{kind} from {least} to {most}"),
        (Some(least), None) => format!("{kind} from {least}"),
        (None, Some(most)) => format!("{kind} up to {most}"),
        (None, None) => kind,
    }
}

/// An object by its keys.
fn object(setting: &Value) -> String {
    let Some(properties) = setting.get("properties").and_then(Value::as_object) else {
        return "table".to_owned();
    };
    let keys: Vec<String> =
        properties.iter().map(|(key, value)| format!("{key} = {}", takes(value))).collect();
    format!("{{ {} }}", keys.join(", "))
}

/// What the schema says beside what is shown elsewhere.
fn rest(setting: &Value) -> String {
    let Some(setting) = setting.as_object() else { return "anything".to_owned() };
    let shown = |key: &str| ["description", "default", "title"].contains(&key);
    let left = setting.iter().filter(|(key, _)| !shown(key));
    let left: Map<String, Value> = left.map(|(key, value)| (key.clone(), value.clone())).collect();
    if left.is_empty() { "anything".to_owned() } else { Value::Object(left).to_string() }
}

/// Text over several lines. What a policy writes is not trusted to be shown as it is.
fn printed(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::settings;

    #[test]
    fn each_setting_is_told() {
        let schema = json!({ "type": "object", "required": ["key"], "properties": {
            "bits": { "type": "number", "minimum": 0, "maximum": 6, "default": 2.5,
                "description": "How many." },
            "hosts": { "type": "array", "items": { "type": "string" } },
            "key": { "enum": ["a", "b"], "description": "Which\nof both." },
            "more": { "anyOf": [{ "type": "null" }], "description": "\u{1b}[31m" },
            "own": { "type": "array", "items": { "type": "object", "properties": {
                "prefix": { "type": "string" }, "length": { "type": "integer", "minimum": 8 } } } },
        } });
        assert_eq!(
            settings(Some(&schema)),
            [
                "bits   number from 0 to 6; without it 2.5",
                "       How many.",
                "hosts  list of text",
                "key    \"a\" or \"b\"; has to be there",
                "       Which of both.",
                "more   {\"anyOf\":[{\"type\":\"null\"}]}",
                "       \\u{1b}[31m",
                "own    list of { length = integer from 8, prefix = text }",
            ]
            .join("\n")
        );
    }

    #[test]
    fn a_policy_may_have_none() {
        assert_eq!(settings(None), "none");
        assert_eq!(settings(Some(&json!({ "type": "object", "properties": {} }))), "none");
        assert_eq!(settings(Some(&json!(true))), "true");
    }
}
