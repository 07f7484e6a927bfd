//! `lazaret policy test`: a policy's fixtures, judged as `lazaret check` would.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use lazaret_wasm::fixture::{Fixture, Judged};
use lazaret_wasm::{FixtureError, HostOptions, Manifest, Policies, PolicySource};

use super::build;
use crate::cli::error::CliError;
use crate::cli::{FINDINGS, OK, print};
use crate::report::fixtures::{Answer, Judgement, human};

/// What fixtures are, and what the exit codes say.
pub(super) const CODES: &str = "\
Fixtures are the files in the folder `fixtures` beside the policy. A comment at the end of a line says
which rules apply there, and no others may:

  os.system(line)  # expect: computed-command
  exec(line);      // expect: computed-command, no-timeout

In a file whose name begins with `good`, nothing may be found.

Exit codes:
  0  every fixture has the findings that it expects
  1  one has not
  2  wrong usage, or a policy that cannot be built or loaded";

const FOLDER: &str = "fixtures";

#[derive(Args)]
pub(in crate::cli) struct TestArgs {
    /// The policy's folder, which is built first, or a .wasm file
    #[arg(value_name = "FOLDER|FILE.wasm", default_value = ".")]
    policy: PathBuf,
    /// Writes what is found into the fixtures, except those whose name begins with `good`
    #[arg(long)]
    bless: bool,
}

/// Judges the fixtures, and says what was expected and what was found instead.
pub(super) fn test(arguments: &TestArgs) -> Result<u8, CliError> {
    let (file, folder) = policy(&arguments.policy)?;
    let policies = Policies::load(vec![PolicySource::from_file(&file)?], &HostOptions::default())
        .map_err(|mut errors| errors.remove(0))?;
    let manifest = policies.manifests().next().expect("one policy was loaded");
    let mut judgements = Vec::new();
    for path in files(&folder.join(FOLDER))? {
        judgements.push(judgement(&path, &policies, arguments.bless)?);
    }
    show(&judgements, manifest)?;
    Ok(if judgements.iter().all(Judgement::is_right) { OK } else { FINDINGS })
}

/// The policy's file, and the folder that it belongs to.
fn policy(path: &Path) -> Result<(PathBuf, PathBuf), CliError> {
    if path.is_file() {
        let folder = path.parent().unwrap_or(Path::new("."));
        return Ok((path.to_owned(), folder.to_owned()));
    }
    Ok((build::built(path)?.path, path.to_owned()))
}

/// A test without anything to judge would pass and say nothing.
fn files(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    if files.is_empty() {
        let message = format!("cannot test: there are no fixtures in `{}`", folder.display());
        return Err(CliError::new(message)
            .help("put files there, some of them with comments such as `# expect: RULE`"));
    }
    Ok(files)
}

fn judgement(path: &Path, policies: &Policies, bless: bool) -> Result<Judgement, CliError> {
    let name = path.strip_prefix("./").unwrap_or(path).display().to_string();
    let unreadable = |error| CliError::caused(format!("cannot read `{name}`"), &error);
    let contents = fs::read(path).map_err(unreadable)?;
    let fixture = match Fixture::new(&name, contents) {
        Ok(fixture) => fixture,
        Err(error) => return Ok(failed(name, &error)),
    };
    let judged = match fixture.judge(policies) {
        Ok(judged) => judged,
        Err(error) => return Ok(failed(name, &error)),
    };
    if bless && fixture.expected() != judged.found && !is_good(path) {
        return blessed(path, &fixture, judged, policies);
    }
    Ok(compared(fixture, judged, false))
}

/// Writes what was found. A comment can change what is found (inside a text, say); then the file
/// stays as it is.
fn blessed(
    path: &Path,
    fixture: &Fixture,
    judged: Judged,
    policies: &Policies,
) -> Result<Judgement, CliError> {
    let blessed = fixture.blessed(&judged.found);
    let holds = blessed.expected() == judged.found
        && blessed.judge(policies).is_ok_and(|again| again.found == judged.found);
    if !holds {
        return Ok(compared(fixture.clone(), judged, false));
    }
    fs::write(path, &blessed.text)
        .map_err(|error| CliError::caused(format!("cannot write `{}`", path.display()), &error))?;
    Ok(compared(blessed, judged, true))
}

fn compared(fixture: Fixture, judged: Judged, is_blessed: bool) -> Judgement {
    let expected = fixture.expected();
    let is_good = is_good(Path::new(&fixture.path));
    let answer = Answer { expected, is_good, is_blessed, text: fixture.text, judged };
    Judgement { path: fixture.path, answer: Ok(answer) }
}

fn failed(path: String, error: &FixtureError) -> Judgement {
    Judgement { path, answer: Err(lazaret_sandbox::causes(error)) }
}

fn is_good(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("good"))
}

fn show(judgements: &[Judgement], manifest: &Manifest) -> Result<(), CliError> {
    let rules: Vec<&str> = manifest.rules.iter().map(|rule| rule.id.as_str()).collect();
    print(&human::judgements(judgements, &rules))
}
