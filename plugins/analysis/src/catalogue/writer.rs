//! The files that a command of Bash writes because it is told to: `curl -o a`, `tee a`.

use super::Writer;
use super::form::Written;

impl Writer {
    /// The files that a command writes. Its own name is the first of its words.
    pub(crate) fn files<W: AsRef<str>>(&self, words: &[W]) -> Vec<String> {
        let mut files = Vec::new();
        let mut operands = Vec::new();
        let mut words = words.iter().skip(1).map(AsRef::as_ref);
        while let Some(word) = words.next() {
            match self.named_by(word) {
                Some("") => files.extend(words.next().map(str::to_owned)),
                Some(file) => files.push(file.to_owned()),
                None if word.starts_with('-') => {}
                None => operands.push(word),
            }
        }
        let written: Vec<&str> = match self.operands {
            Written::All => operands,
            Written::Last => operands.into_iter().skip(1).last().into_iter().collect(),
            Written::Address if files.is_empty() => {
                operands.into_iter().filter_map(|address| address.rsplit('/').next()).collect()
            }
            Written::None | Written::Address => Vec::new(),
        };
        files.extend(written.into_iter().map(str::to_owned));
        files.retain(|file| !file.is_empty() && file != "-");
        files
    }

    /// The file that an option names: nothing of it, where it is the next word.
    fn named_by<'w>(&self, word: &'w str) -> Option<&'w str> {
        self.options.iter().find_map(|option| match option.strip_prefix('-') {
            Some(long) if long.starts_with('-') => {
                let rest = word.strip_prefix(option.as_str())?;
                if rest.is_empty() { Some("") } else { rest.strip_prefix('=') }
            }
            // `-fsSLo file`: letters that stand together.
            Some(letter) if letter.len() == 1 => {
                let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'))?;
                letters.split_once(letter).map(|(_, rest)| rest)
            }
            _ => word.strip_prefix(option.as_str()),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue::commands;

    fn files(line: &str) -> Vec<String> {
        let words: Vec<&str> = line.split(' ').collect();
        commands().writer(words[0]).unwrap().files(&words)
    }

    #[test]
    fn the_files_that_are_written_are_named_by_options_places_or_addresses() {
        assert_eq!(files("curl -fsSLo a https://example.org/b"), ["a"]);
        assert_eq!(files("curl --output=a https://example.org/b"), ["a"]);
        assert_eq!(files("curl -sO https://example.org/b"), ["b"]);
        assert_eq!(files("wget -q https://example.org/b"), ["b"]);
        assert_eq!(files("wget -qO- https://example.org/b"), [""; 0]);
        assert_eq!(files("tee a b"), ["a", "b"]);
        assert_eq!(files("cp a b"), ["b"]);
        assert_eq!(files("dd if=a of=b"), ["b"]);
    }
}
