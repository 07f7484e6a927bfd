//! What the policy says about texts. Tokens are put together here, so that whoever looks for tokens
//! does not find them in this file.

use lazaret_policy::serde_json::json;
use lazaret_policy::testing::{Fact, judge, judge_with, rules, source, unit};
use lazaret_policy_secrets::Secrets;

/// Of a token that was revoked long ago.
const GITHUB: &str = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17";

fn python(text: &str) -> Vec<String> {
    rules::<Secrets>(source("python", text))
}

fn bash(text: &str) -> Vec<String> {
    rules::<Secrets>(source("bash", text))
}

#[test]
fn a_token_is_reported_where_it_is_and_not_repeated() {
    let text = format!("x = 'ghp_{GITHUB}'\n");
    let findings = judge::<Secrets>(source("python", &text));
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    let (start, end) = (finding.span.start_byte as usize, finding.span.end_byte as usize);
    assert_eq!(&text[start..end], format!("ghp_{GITHUB}"));
    assert_eq!(finding.message, "this is a personal access token of GitHub");
}

#[test]
fn a_checksum_that_is_wrong_makes_a_token_only_likely() {
    assert_eq!(python(&format!("# npm_{GITHUB}")), ["token"]);
    let wrong = GITHUB.replace("Lq17", "Lq18");
    assert_eq!(python(&format!("# npm_{wrong}")), ["likely-token"]);
}

#[test]
fn a_token_is_as_long_as_its_maker_says() {
    let aws = |body: &str| python(&format!("x = 'AKIA{body}'"));
    assert_eq!(aws("Q3EGRZM7WDOX4KTN"), ["token"]);
    for other in ["Q3EGRZM7WDOX4KT", "Q3EGRZM7WDOX4KTNA", "Q3EGRZM7WDOX4KTn", "Q3EGRZM7WDOX4KT8"] {
        assert_eq!(aws(other), [""; 0], "{other}");
    }
    assert_eq!(python("x = 'XAKIAQ3EGRZM7WDOX4KTN'"), [""; 0]);
    assert_eq!(python("# 密钥AKIAQ3EGRZM7WDOX4KTN是秘密"), ["token"]);
}

#[test]
fn each_maker_has_its_form() {
    let random = "q8ZrW3nYt6PvB1mXc9LdG2sKq8ZrW3nYt6PvB1mXc9LdG2sKe7";
    let hex = "9b1d5c3e7f2a4608b1c9d7e59b1d5c3e7f2a4608b1c9d7e59b1d5c3e7f2a4608";
    for (prefix, body) in [
        ("glpat-", &random[..20]),
        ("xoxp-", "2814730956-2816054937-Kq8ZrW3nYt6PvB1mXc9LdG2s"),
        ("https://hooks.slack.com/services/T", "02KQ8ZRW/B03NYT6PVB/q8ZrW3nYt6PvB1mXc9LdG2sK"),
        ("sk_live_", &random[..24]),
        ("GOCSPX-", &random[..28]),
        ("pypi-AgEIcHlwaS5vcmc", random),
        ("hf_", &random[..34]),
        ("dop_v1_", hex),
        ("shpat_", &hex[..32]),
        ("rubygems_", &hex[..48]),
    ] {
        assert_eq!(python(&format!("x = f('{prefix}{body}')")), ["token"], "{prefix}");
    }
}

#[test]
fn a_token_of_parts_is_found_by_what_they_make() {
    let whole = Fact::string(&format!("ghp_{GITHUB}"));
    let mut file = unit("python", [whole]);
    file.source = Some("'ghp_' + y".to_owned());
    assert_eq!(rules::<Secrets>(file), ["token"]);
}

#[test]
fn examples_are_no_tokens() {
    for body in [
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "EXAMPLEtoken4A9spHcVY5ncnsDkxkJ0mLq1",
    ] {
        assert_eq!(python(&format!("x = 'ghp_{body}'")), [""; 0], "{body}");
    }
}

#[test]
fn a_private_key_needs_contents() {
    let key = |label: &str, body: &str| {
        python(&format!("x = '''-----BEGIN {label}-----\n{body}\n-----END {label}-----'''"))
    };
    let body = "MC4CAQAwBQYDK2VwBCIEIHfQ2vR8tKz5WmXnL3pYb7JcD1gS9eUoA6iTqBwZxN4k";
    assert_eq!(key("PRIVATE KEY", body), ["private-key"]);
    assert_eq!(key("RSA PRIVATE KEY", &body.replace("Vw", "Vw\\n")), ["private-key"]);
    for line_end in ["\r\n", "\\r\\n", "\\\\n", "\\x0a"] {
        let lines = body.replace("Vw", &format!("Vw{line_end}"));
        assert_eq!(key("PRIVATE KEY", &lines), ["private-key"], "{line_end:?}");
    }
    assert_eq!(key("PRIVATE KEY", "..."), [""; 0]);
    assert_eq!(key("PRIVATE KEY", "\\r\\n...\\r\\n"), [""; 0]);
    assert_eq!(key("PUBLIC KEY", body), [""; 0]);
}

#[test]
fn a_url_has_a_password_between_colon_and_at_sign() {
    let url = |rest: &str| python(&format!("connect('postgres://{rest}')"));
    assert_eq!(url("shop:k3ttl3drum@db.shop.internal/x"), ["url-password"]);
    for other in [
        "shop@db.shop.internal/x",
        "shop:{password}@db.shop.internal",
        "user:password@db.shop.internal",
        "shop:k3ttl3drum@localhost",
        "shop:k3ttl3drum@db.example.com",
        "db.shop.internal:5432/k3ttl3:drum@9",
        "shop:k3ttl3drum@proxy.server.com:3128",
        "shop:k3ttl3drum@127.0.0.1",
        "shop:k3ttl3drum@[::1]:5432",
    ] {
        assert_eq!(url(other), [""; 0], "{other}");
    }
    for host in ["myserver.postgres.database.azure.com", "rabbit-host.corp.net", "[2001:db8::7]"] {
        assert_eq!(url(&format!("shop:k3ttl3drum@{host}:5432/x")), ["url-password"], "{host}");
    }
}

#[test]
fn the_host_of_a_url_ends_where_its_line_does() {
    for end in ["", "\n", "\r\n", "\r", "\t", ";", "|x", "]"] {
        let url = |host| bash(&format!("curl https://shop:k3ttl3drum@{host}{end}"));
        assert_eq!(url("files.shop.internal"), ["url-password"], "{end:?}");
        assert_eq!(url("localhost"), [""; 0], "{end:?}");
    }
}

#[test]
fn a_name_makes_a_value_a_secret() {
    for text in [
        "db_password = 'k3ttl3drum'",
        "DB_PASSWORD: str = 'k3ttl3drum'",
        "x = {'password': 'k3ttl3drum'}",
        "x['apiKey'] = b'9b1d5c3e7f2a4608b1c9d7e5'",
        "connect(client_secret=\"9b1d5c3e7f2a4608b1c9d7e5\")",
        "if password == 'k3ttl3drum': pass",
        "x = env.get('SHOP_TOKEN', '9b1d5c3e7f2a4608b1c9d7e5')",
    ] {
        assert_eq!(python(text), ["named-secret"], "{text}");
    }
    assert_eq!(bash("PASSWORD=k3ttl3drum\n"), ["named-secret"]);
    assert_eq!(bash("PASSWORD=$(k3ttl3 drum)\n"), [""; 0]);
}

#[test]
fn a_value_in_bash_ends_where_its_line_or_the_file_does() {
    for end in ["", "\n", "\r\n", "\r", "\t# it", ";", ")", "<in", "\u{a0}"] {
        let text = format!("\u{feff}export DB_PASSWORD=k3ttl3drum{end}");
        let findings = judge::<Secrets>(source("bash", &text));
        let [finding] = findings.as_slice() else { panic!("{text:?}: {findings:?}") };
        let span = finding.span.start_byte as usize..finding.span.end_byte as usize;
        assert_eq!(&text[span], "k3ttl3drum", "{text:?}");
    }
    for goes_on in ["$1", "\"$1\"", "'x'", "`x`"] {
        assert_eq!(bash(&format!("DB_PASSWORD=k3ttl3drum{goes_on}\r\n")), [""; 0], "{goes_on}");
    }
    assert_eq!(bash("DB_PASSWORD=\r\n"), [""; 0]);
    assert_eq!(bash("DB_PASSWORD="), [""; 0]);
    assert_eq!(python("\u{feff}password = 'k3ttl3drum'"), ["named-secret"]);
    assert_eq!(python("password = 'k3ttl3\r\nx = drum'"), [""; 0]);
}

#[test]
fn what_is_looked_up_filled_in_or_a_name_is_no_secret() {
    for text in [
        "password = env['PASSWORD_2']",
        "password = f'{prefix}k3ttl3'",
        "password = 'password123'",
        "password = 'Enter y0ur password'",
        "token = 'access_token_lifetime'",
        "token = 'short1'",
        "passworded = 'k3ttl3drum'",
        "password_hint = 'k3ttl3drum'",
        "test_password = 'k3ttl3drum'",
        "print('password', 'k3ttl3 drum')",
        "api_key = '9b1d9b1d9b1d9b1d9b1d9b1d'",
    ] {
        assert_eq!(python(text), [""; 0], "{text}");
    }
}

#[test]
fn the_settings_allow_values_and_name_secrets_and_tokens_of_ones_own() {
    let with = |text: &str, settings| judge_with::<Secrets>(source("python", text), settings).len();
    let password = "password = 'k3ttl3drum'";
    assert_eq!(with(password, json!({ "allow": ["k3ttl3drum"] })), 0);
    assert_eq!(with(password, json!({ "allow": ["k3ttl*"] })), 0);
    assert_eq!(with(password, json!({ "allow": ["other"] })), 1);
    let licence = "licence = '9b1d5c3e7f2a4608b1c9d7e5'";
    assert_eq!(with(licence, json!({})), 0);
    assert_eq!(with(licence, json!({ "names": ["licence"] })), 1);
    assert_eq!(with(licence, json!({ "names": ["licence"], "entropy": 4.5 })), 0);
    let tokens = json!({ "tokens": [{ "name": "our token", "prefix": "shop_", "length": 12 }] });
    assert_eq!(with("x = 'shop_9b1d5c3e7f2a'", tokens.clone()), 1);
    assert_eq!(with("x = 'shop_9b1d5c3e7f2'", tokens), 0);
}

/// The host takes a thousand findings, and a policy that says more has failed.
#[test]
fn a_list_of_secrets_does_not_make_the_policy_fail() {
    let line =
        format!("password = 'k3ttl3drum' # ghp_{GITHUB} https://a:k3ttl3drum@shop.internal\n");
    let found = python(&line.repeat(2_000));
    assert_eq!(found.len(), 1_000);
    // The worst are kept.
    assert!(found.iter().all(|rule| rule == "token"));
}

/// What no rule speaks of, what is allowed and what matters less once stood before the count of what is
/// reported: a hundred and fifty of them hid the rest of the file.
#[test]
fn a_secret_is_found_behind_any_number_of_decoys() {
    let last = |decoy: &str, end: &str| {
        let decoys = decoy.repeat(500);
        let allow = json!({ "allow": ["k3ttl3drum", "AKIAQ3EG*"] });
        let mut found = judge_with::<Secrets>(source("python", &(decoys.clone() + end)), allow);
        found.retain(|finding| finding.span.start_byte as usize >= decoys.len());
        found.into_iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    let token = format!("x = 'ghp_{GITHUB}'\n");
    assert_eq!(last("x = 'AKIAQ3EGRZM7WDOX4KTN'\n", &token), ["token"], "allowed tokens");
    assert_eq!(last(&token.replace("Lq17", "Lq18"), &token), ["token"], "likely tokens");
    let named = "password = 'h4rdt0guess'\n";
    assert_eq!(last("password = 'k3ttl3drum'\n", named), ["named-secret"], "allowed values");
    let url = |password| format!("f('https://a:{password}@b.internal')\n");
    assert_eq!(last(&url("k3ttl3drum"), &url("h4rdt0guess")), ["url-password"], "allowed URLs");
    assert_eq!(last(&token.replacen('x', "password", 1), named), ["named-secret"], "known values");
}

#[test]
fn a_token_of_parts_is_found_behind_any_number_of_texts() {
    let fact = |number: u32| Fact::string(&format!("ghp_not-a-token-{number}"));
    let texts = (0..500).map(fact).chain([Fact::string(&format!("ghp_{GITHUB}"))]);
    let mut file = unit("python", texts);
    file.source = Some(" ".repeat(file.size as usize));
    assert_eq!(rules::<Secrets>(file), ["token"]);
}

/// The first token of such a text is written in the file, and is told as that; the second is not.
#[test]
fn a_token_of_parts_is_found_behind_one_that_is_written_out() {
    let written = "AKIAQ3EGRZM7WDOX4KTN";
    let mut file = unit("python", [Fact::string(&format!("{written} ghp_{GITHUB}"))]);
    let text = format!("'{written} ' + y");
    file.facts[0].span.end_byte = u32::try_from(text.len()).expect("it is short");
    file.source = Some(text);
    assert_eq!(rules::<Secrets>(file), ["token", "token"]);
}

#[test]
fn a_key_is_found_behind_any_number_that_a_passphrase_protects() {
    let body = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v0X2kQ4mTg8yVwR5cN7bLpD6fUeKoA3xSzGtHq9Wr";
    let key = |label: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    let text = key("ENCRYPTED PRIVATE KEY").repeat(400) + &key("PRIVATE KEY");
    let findings = judge::<Secrets>(source("python", &text));
    assert_eq!(findings.iter().filter(|finding| finding.severity.is_none()).count(), 1);
}
