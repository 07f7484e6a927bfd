//! Whether the job's files can be placed in its work directory.

use std::collections::BTreeSet;

use crate::{InputFile, Job};

/// The most bytes in a name of a file, and in its path (`NAME_MAX` and `PATH_MAX` of Linux, less
/// the work directory).
const LONGEST_NAME: usize = 255;
const LONGEST_PATH: usize = 4000;

/// What a file takes is counted in pages, in bytes.
const PAGE: u64 = 4096;

/// Files that are not the job's: the directories of the sandbox itself, and a first one that the
/// program makes.
const OTHER_FILES: u64 = 8;

impl Job {
    /// Whether the scratch space has room for the files, and for one more.
    pub(super) fn check_room(&self) -> Result<(), String> {
        let pages = |file: &InputFile| (file.contents.len() as u64).div_ceil(PAGE) * PAGE;
        let (size, disk) = (self.files.iter().map(pages).sum::<u64>(), self.limits.disk);
        if size >= disk {
            return Err(format!(
                "its files take {size} bytes (each whole pages of {PAGE}), and its limit `disk` is {disk}"
            ));
        }
        let most = self.limits.files().saturating_sub(OTHER_FILES);
        let names = count_names(&self.files) as u64;
        if names > most {
            return Err(format!(
                "it has {names} files and directories, and with its limit `disk` there can be {most}"
            ));
        }
        Ok(())
    }
}

/// How many files and directories the files are.
fn count_names(files: &[InputFile]) -> usize {
    let directories: BTreeSet<&str> = files.iter().flat_map(|file| parents(&file.path)).collect();
    files.len() + directories.len()
}

/// The directories that a path leads through, without the work directory.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(end, _)| path.get(..end))
}

/// Each file has a place of its own in the work directory.
pub(super) fn check_files(files: &[InputFile]) -> Result<(), String> {
    let mut paths = BTreeSet::new();
    for file in files {
        check_path(&file.path)?;
        if !paths.insert(file.path.as_str()) {
            return Err(format!("there are two files `{}`", file.path));
        }
    }
    for path in &paths {
        if let Some(parent) = parents(path).find(|parent| paths.contains(parent)) {
            return Err(format!("`{parent}` is a file, so there cannot be `{path}`"));
        }
    }
    Ok(())
}

fn check_path(path: &str) -> Result<(), String> {
    if path.contains('\0') {
        return Err(format!("the path `{}` has a NUL", path.escape_default()));
    }
    if path.split('/').any(|name| matches!(name, "" | "." | "..")) {
        return Err(format!("the path `{path}` does not lie in the work directory"));
    }
    if path.len() > LONGEST_PATH || path.split('/').any(|name| name.len() > LONGEST_NAME) {
        let start: String = path.chars().take(40).collect();
        return Err(format!(
            "the path `{start}...` is too long: {LONGEST_NAME} bytes is the most for a name, and \
             {LONGEST_PATH} for all"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Isolation;
    use crate::check::tests::{job, refusal};

    #[test]
    fn a_path_that_leaves_the_work_directory_is_refused() {
        for path in ["../x", "a/../../x", "/etc/passwd", "a//b", "", "."] {
            let refusal = refusal(&job(&["main.py", path]));
            assert!(refusal.ends_with("does not lie in the work directory"), "{path}: {refusal}");
        }
    }

    #[test]
    fn a_file_that_is_a_directory_of_another_is_refused() {
        let refusal = refusal(&job(&["main.py", "main.py/x"]));
        assert!(refusal.ends_with("`main.py` is a file, so there cannot be `main.py/x`"));
    }

    #[test]
    fn names_that_no_file_system_holds_are_refused() {
        let long = "x".repeat(256);
        assert!(refusal(&job(&["main.py", &long])).contains("is too long"));
        let deep = "directory/".repeat(401) + "x";
        assert!(refusal(&job(&["main.py", &deep])).contains("4000 for all"));
    }

    #[test]
    fn more_files_than_there_is_room_for_are_refused() {
        let mut job = job(&["main.py"]);
        let most = job.limits.files() - OTHER_FILES;
        let file = |index| InputFile { path: format!("d/{index}"), contents: Vec::new() };
        job.files.extend((2..=most).map(file));
        assert!(refusal(&job).contains(&format!("there can be {most}")));
        job.files.pop();
        assert!(job.check("process", Isolation::Process).is_ok());
    }

    #[test]
    fn each_file_takes_whole_pages() {
        let mut job = job(&["main.py", "a", "b"]);
        job.limits.disk = 3 * PAGE;
        job.files.iter_mut().for_each(|file| file.contents = vec![b'#']);
        assert!(refusal(&job).contains("take 12288 bytes"));
    }
}
