//! `lazaret policy test`: a policy's fixtures, judged as `lazaret check` would.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use lazaret_wasm::fixture::trial::trials;
use lazaret_wasm::fixture::{Fixture, Judged};
use lazaret_wasm::{Limits, Policies};

use super::subject::Subject;
use super::write;
use crate::cli::error::CliError;
use crate::cli::{FINDINGS, OK, print};
use crate::report::fixtures::{Tested, are_right, human};

/// What fixtures are, and what the exit codes say.
pub(super) const CODES: &str = "\
Fixtures are the files in the folder `fixtures` beside the policy. A comment at the end of a line
says which rules apply there, and no others may:

  os.system(line)  # expect: computed-command
  exec(line);      // expect: computed-command, no-timeout

In a file whose name begins with `good`, nothing may be found; in every other something has to be,
and there has to be one. A comment on a line of its own gives the policy settings in its file:

  # settings: {\"hosts\": [\"localhost\"]}

Each fixture is tried in many forms, too: with other line ends, in other scripts, cut off, broken.
In none may the policy fail. It is judged twice, which has to come to the same, and with too little
fuel, which has to be an error.

A folder is built, and what it says runs on this machine; a .wasm file is only judged with.

Exit codes:
  0  every fixture has the findings that it expects, and in every form the policy judges it
  1  one has not, or the policy fails in a form of it, or nothing is found in any
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
    let (mut subject, folder) = Subject::at(&arguments.policy)?;
    let mut all = Vec::new();
    for path in files(&folder.join(FOLDER))? {
        all.push(tested(&path, &mut subject, arguments.bless)?);
    }
    let rules: Vec<&str> = subject.manifest.rules.iter().map(|rule| rule.id.as_str()).collect();
    print(&human::tested(&all, &rules))?;
    Ok(if are_right(&all) { OK } else { FINDINGS })
}

/// A test without anything to judge would pass and say nothing.
fn files(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    const HELP: &str = "put files there, some of them with comments such as `# expect: RULE`";
    let message = |what: &str| format!("cannot test: {what} `{}`", folder.display());
    let unreadable =
        |error| CliError::caused(message("cannot read the fixtures in"), &error).help(HELP);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        // `--bless` would write to what it leads to.
        if path.is_symlink() {
            let message = format!("cannot test: the fixture `{}` is a link", path.display());
            return Err(CliError::new(message).help("put the file itself there"));
        }
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(CliError::new(message("there are no fixtures in")).help(HELP));
    }
    Ok(files)
}

fn tested(path: &Path, subject: &mut Subject, bless: bool) -> Result<Tested, CliError> {
    let mut fixture = fixture(path)?;
    let mut is_blessed = false;
    let judged = fixture.settings().and_then(|settings| {
        let policies = subject.with(settings)?;
        let judged = fixture.judge(policies)?;
        Ok((policies, judged))
    });
    let (policies, judged) = match judged {
        Ok(judged) => judged,
        Err(error) => return Ok(Tested { fixture, is_blessed, judged: Err(error) }),
    };
    if bless
        && fixture.expected() != judged.found
        && !fixture.is_good()
        && let Some(blessed) = blessed(&fixture, &judged, policies)
    {
        write(path, &blessed.text)?;
        (fixture, is_blessed) = (blessed, true);
    }
    let trials = trials(&fixture, &judged, policies, &Limits::default());
    Ok(Tested { judged: trials.map(|trials| (judged, trials)), fixture, is_blessed })
}

fn fixture(path: &Path) -> Result<Fixture, CliError> {
    let name = path.strip_prefix("./").unwrap_or(path).display().to_string();
    let contents = fs::read(path)
        .map_err(|error| CliError::caused(format!("cannot read `{name}`"), &error))?;
    Fixture::new(&name, contents).map_err(|error| {
        CliError::caused(format!("cannot use the fixture `{name}`"), &error)
            .help("a fixture is code in a language that is judged; put other files elsewhere")
    })
}

/// The fixture with what was found. A comment can change what is found (inside a text, say); then there
/// is none.
fn blessed(fixture: &Fixture, judged: &Judged, policies: &Policies) -> Option<Fixture> {
    let blessed = fixture.blessed(&judged.found);
    let holds = blessed.expected() == judged.found
        && blessed.judge(policies).is_ok_and(|again| again.found == judged.found);
    holds.then_some(blessed)
}
