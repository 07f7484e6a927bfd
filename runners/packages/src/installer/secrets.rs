//! What of an installer's words is for nobody's eyes: the names and passwords in addresses. Installers leave
//! them out themselves; this is for the one that forgets.

use super::{Settings, Sources};

/// Names and passwords, as addresses have them.
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// Those that an installer knows: of its indexes and of the proxy.
    pub(super) fn of(sources: &Sources, settings: &Settings) -> Self {
        let addresses = sources.index.iter().chain(&sources.extra_indexes);
        let addresses = addresses.chain(settings.environment.values());
        Self(addresses.filter_map(|address| secret(address)).map(str::to_owned).collect())
    }

    /// A text without them.
    pub(super) fn hidden(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

/// The name and the password in an address.
fn secret(address: &str) -> Option<&str> {
    let place = address.split_once("://")?.1.split('/').next()?;
    Some(place.rsplit_once('@')?.0).filter(|secret| !secret.is_empty())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Three of them, in addresses.
    pub(in super::super) fn three() -> Secrets {
        let addresses = [
            "https://me:p%40ss@example.org/simple",
            "https://token@example.com/simple",
            "http://proxy:word@example.net:3128",
            "https://example.net/a@b",
        ];
        Secrets(addresses.iter().filter_map(|one| secret(one)).map(str::to_owned).collect())
    }

    #[test]
    fn no_password_of_an_index_is_told() {
        let words = "me:p%40ss@example.org failed, token@example.com too, proxy:word@ and a@b";
        let told = three().hidden(words);
        assert_eq!(told, "***@example.org failed, ***@example.com too, ***@ and a@b");
    }
}
