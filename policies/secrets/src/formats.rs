//! The tokens whose makers gave them a form of their own, so that they can be found.
//!
//! Each line is what the maker has published, or what all of its tokens have in common. What can be
//! told from the token alone is told: GitHub and npm put a checksum in theirs.

/// A form that tokens have.
pub(crate) struct Format {
    /// What it is, in a sentence.
    pub(crate) name: &'static str,
    pub(crate) prefix: &'static str,
    /// What follows the prefix.
    body: Alphabet,
    /// How many characters of that follow.
    shortest: usize,
    longest: usize,
    pub(crate) proof: Proof,
}

/// What a text of this form proves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It is such a token: nothing else is so long and begins so.
    Form,
    /// It is, where its last six characters are the checksum of those before.
    Checksum,
    /// It is one, where it has these characters within.
    Within(&'static str),
    /// It may be, or it is one that is often meant to be seen.
    Weak,
}

#[derive(Clone, Copy)]
enum Alphabet {
    Hex,
    /// Capital letters, and digits from 2 to 7.
    Base32,
    Capital,
    Alphanumeric,
    /// With `_` and `-`.
    Url,
    /// With `_`, `-` and `.`.
    Dotted,
    /// With `+`, `/` and `=`.
    Base64,
    /// A path: with `/`.
    Path,
}

use Alphabet::{Alphanumeric, Base32, Base64, Capital, Dotted, Hex, Path, Url};

#[rustfmt::skip]
pub(crate) const FORMATS: &[Format] = &[
    format("an access key of AWS", "AKIA", Base32, 16, 16, Proof::Form),
    format("a temporary access key of AWS", "ASIA", Base32, 16, 16, Proof::Form),
    format("a personal access token of GitHub", "ghp_", Alphanumeric, 36, 36, Proof::Checksum),
    format("an OAuth token of GitHub", "gho_", Alphanumeric, 36, 36, Proof::Checksum),
    format("a user token of a GitHub app", "ghu_", Alphanumeric, 36, 36, Proof::Checksum),
    format("a token of a GitHub app", "ghs_", Alphanumeric, 36, 36, Proof::Checksum),
    format("a refresh token of GitHub", "ghr_", Alphanumeric, 36, 76, Proof::Checksum),
    format("a fine-grained token of GitHub", "github_pat_", Url, 82, 82, Proof::Form),
    format("a personal access token of GitLab", "glpat-", Dotted, 20, 320, Proof::Form),
    format("a deploy token of GitLab", "gldt-", Url, 20, 20, Proof::Form),
    format("a runner's token of GitLab", "glrt-", Dotted, 20, 320, Proof::Form),
    format("a trigger token of GitLab", "glptt-", Hex, 40, 40, Proof::Form),
    format("a job token of GitLab", "glcbt-", Dotted, 20, 320, Proof::Form),
    format("a bot's token of Slack", "xoxb-", Url, 24, 255, Proof::Form),
    format("a user's token of Slack", "xoxp-", Url, 24, 255, Proof::Form),
    format("an app's token of Slack", "xapp-", Url, 24, 255, Proof::Form),
    format("a token of Slack that is renewed", "xoxe.xox", Url, 24, 400, Proof::Form),
    format("a webhook of Slack", "https://hooks.slack.com/services/T", Path, 38, 60, Proof::Form),
    format("a secret key of Stripe", "sk_live_", Alphanumeric, 24, 247, Proof::Form),
    format("a restricted key of Stripe", "rk_live_", Alphanumeric, 24, 247, Proof::Form),
    format("a webhook's secret of Stripe", "whsec_", Base64, 32, 64, Proof::Weak),
    format("an API key of Google", "AIza", Url, 35, 35, Proof::Weak),
    format("an OAuth client's secret of Google", "GOCSPX-", Url, 28, 28, Proof::Form),
    format("an OAuth token of Google", "ya29.", Url, 50, 1000, Proof::Weak),
    format("an access token of npm", "npm_", Alphanumeric, 36, 36, Proof::Checksum),
    format("an API token of PyPI", "pypi-AgEIcHlwaS5vcmc", Url, 50, 1000, Proof::Form),
    format("an API token of TestPyPI", "pypi-AgENdGVzdC5weXBpLm9yZw", Url, 50, 1000, Proof::Weak),
    format("an API key of OpenAI", "sk-", Url, 40, 200, Proof::Within("T3BlbkFJ")),
    format("an API key of Anthropic", "sk-ant-", Url, 80, 200, Proof::Form),
    format("an access token of Hugging Face", "hf_", Alphanumeric, 34, 34, Proof::Form),
    format("an API key of SendGrid", "SG.", Dotted, 66, 66, Proof::Form),
    format("an access token of DigitalOcean", "dop_v1_", Hex, 64, 64, Proof::Form),
    format("an access token of Docker Hub", "dckr_pat_", Url, 27, 27, Proof::Form),
    format("an access token of Shopify", "shpat_", Hex, 32, 32, Proof::Form),
    format("a shared secret of Shopify", "shpss_", Hex, 32, 32, Proof::Form),
    format("an access token of Databricks", "dapi", Hex, 32, 32, Proof::Form),
    format("a service account's token of Grafana", "glsa_", Url, 41, 41, Proof::Form),
    format("a token of HashiCorp Vault", "hvs.", Url, 90, 300, Proof::Form),
    format("an API key of Linear", "lin_api_", Alphanumeric, 40, 40, Proof::Form),
    format("an API key of New Relic", "NRAK-", Capital, 27, 27, Proof::Form),
    format("an API key of Postman", "PMAK-", Url, 59, 59, Proof::Form),
    format("an API key of RubyGems", "rubygems_", Hex, 48, 48, Proof::Form),
    format("an access key of Azure Storage", "AccountKey=", Base64, 88, 88, Proof::Form),
    format("a secret key of age", "AGE-SECRET-KEY-1", Capital, 58, 58, Proof::Form),
];

const fn format(
    name: &'static str,
    prefix: &'static str,
    body: Alphabet,
    shortest: usize,
    longest: usize,
    proof: Proof,
) -> Format {
    Format { name, prefix, body, shortest, longest, proof }
}

impl Format {
    /// What follows the prefix, where `text` begins with a token of this form.
    pub(crate) fn body<'a>(&self, text: &'a str) -> Option<&'a str> {
        let rest = text.strip_prefix(self.prefix)?;
        let run = rest.bytes().take(self.longest + 1);
        let length = run.take_while(|byte| self.body.has(*byte)).count();
        let (body, after) = rest.split_at(length);
        // A token ends where none of its letters follow: one that goes on is something else. Of other
        // scripts, the text around it is written with no blank between.
        let is_whole = !after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
        let body = body.trim_end_matches('.');
        (is_whole && (self.shortest..=self.longest).contains(&body.len())).then_some(body)
    }
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            Base32 => byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte),
            Alphanumeric => byte.is_ascii_alphanumeric(),
            Capital => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Url => byte.is_ascii_alphanumeric() || b"_-".contains(&byte),
            Dotted => byte.is_ascii_alphanumeric() || b"_-.".contains(&byte),
            Base64 => byte.is_ascii_alphanumeric() || b"+/=".contains(&byte),
            Path => byte.is_ascii_alphanumeric() || byte == b'/',
        }
    }
}

/// What the texts begin with that the analysis is asked for.
pub(crate) fn patterns() -> Vec<String> {
    FORMATS.iter().map(|format| format!("{}*", format.prefix)).collect()
}
