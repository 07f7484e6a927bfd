//! What goes into the work directory, and what comes out of it.

use super::program::{bash, python, stdout, story};
use crate::{Artifact, Outcome, Runner, RunnerError, Status};

/// Directories are made, and contents are bytes.
pub async fn files_arrive_with_their_directories(runner: &dyn Runner) {
    let program = bash("cat a/b/c.txt 'with space.txt' empty.txt; find . -type f | sort");
    let program =
        program.file("a/b/c.txt", "deep ").file("with space.txt", "ü\u{0}\n").file("empty.txt", "");
    let outcome = program.succeed(runner).await;
    let expected = "deep ü\u{0}\n./a/b/c.txt\n./empty.txt\n./main.sh\n./with space.txt\n";
    assert_eq!(stdout(&outcome), expected);
}

/// Regular files under `artifacts/`, in order.
pub async fn artifacts_are_collected_with_their_directories(runner: &dyn Runner) {
    let code = "mkdir -p artifacts/b; printf 1 > artifacts/b/two.txt; : > artifacts/a.txt\n\
                head -c 200000 /dev/zero > artifacts/c.bin; echo not > here.txt";
    let outcome = bash(code).succeed(runner).await;
    let artifact =
        |path: &str, contents: &[u8]| Artifact { path: path.into(), contents: contents.into() };
    let expected =
        [artifact("a.txt", b""), artifact("b/two.txt", b"1"), artifact("c.bin", &vec![0; 200_000])];
    assert_eq!(outcome.artifacts, expected);
    assert_eq!(outcome.refused_artifacts, []);
}

/// What is not refused for its size has room: the most files, the longest path, and words.
pub async fn a_job_as_big_as_may_be_runs(runner: &dyn Runner) {
    let word = "w".repeat(128 * 1024 - 1);
    let path = "d/".repeat(1800) + &"n".repeat(255);
    let code = "echo ${#1}; find . | wc -l; /bin/true \"$@\" && echo handed on";
    let mut program = bash(code).words(&[&word]).file(&path, "deep");
    program.job.limits.disk = 4096 * 2048;
    // The script, 1800 directories and the file in them, and these, are 8 less than the most.
    for index in 1802..2040 {
        program = program.file(&format!("{index}"), "");
    }
    let outcome = program.succeed(runner).await;
    assert_eq!(stdout(&outcome), "131071\n2041\nhanded on\n");
}

/// The files that come are the program's, and so it may change them; the files that it leaves are
/// taken whatever their modes, as long as it could read them itself.
pub async fn files_belong_to_the_program(runner: &dyn Runner) {
    let code = "set -e; test -O main.sh -a -O given/file; echo more >> given/file; chmod 600 given/file; \
                mkdir -m 700 artifacts; cp given/file artifacts/private; chmod 600 artifacts/private";
    let outcome = bash(code).file("given/file", "given ").succeed(runner).await;
    assert_eq!(outcome.artifacts.len(), 1, "{:?}", outcome.refused_artifacts);
    assert!(outcome.artifacts.iter().all(|artifact| artifact.contents == b"given more\n"));
}

/// A program that fails may have left what explains it.
pub async fn artifacts_survive_a_failing_program(runner: &dyn Runner) {
    let code = "mkdir artifacts; echo log > artifacts/log; exit 1";
    let outcome = bash(code).end(runner, Status::ProgramError).await;
    assert_eq!(outcome.artifacts.len(), 1);
}

/// Links, pipes and sockets stay where they are.
pub async fn what_is_no_regular_file_is_refused_with_the_reason(runner: &dyn Runner) {
    let code = "import os, socket\nos.mkdir('artifacts')\nos.chdir('artifacts')\n\
                os.mkfifo('fifo')\nos.symlink('/work/main.py', 'link')\nos.symlink('.', 'loop')\n\
                socket.socket(socket.AF_UNIX).bind('socket')\nopen('file', 'w').write('x')";
    let outcome = python(code).succeed(runner).await;
    let expected = [
        ("fifo", "a named pipe"),
        ("link", "a symbolic link"),
        ("loop", "a symbolic link"),
        ("socket", "a socket"),
    ];
    assert_eq!(refusals(&outcome), expected);
    assert_eq!(outcome.artifacts.len(), 1);
}

/// Not even where the link leads outside.
pub async fn a_link_to_the_machines_files_is_refused(runner: &dyn Runner) {
    let code = "mkdir artifacts; ln -s /etc/passwd artifacts/passwd; ln -s / artifacts/root; \
                ln -s ../../../etc artifacts/etc";
    let outcome = bash(code).succeed(runner).await;
    assert_eq!(outcome.artifacts, []);
    assert_eq!(outcome.refused_artifacts.len(), 3, "{:?}", outcome.refused_artifacts);
}

/// The directory itself is not followed either.
pub async fn artifacts_that_are_a_link_are_refused(runner: &dyn Runner) {
    for code in ["ln -s /etc artifacts", "ln -s /proc/1/root artifacts", "echo x > artifacts"] {
        let outcome = bash(code).succeed(runner).await;
        assert_eq!(outcome.artifacts, [], "{code}");
        assert_eq!(outcome.refused_artifacts.len(), 1, "{code}: {}", story(&outcome));
    }
}

/// Its size is its length, also where most of it is a hole.
pub async fn an_artifact_above_the_limit_is_refused(runner: &dyn Runner) {
    let code =
        "mkdir artifacts; truncate -s 1001 artifacts/large; truncate -s 1000 artifacts/small";
    let outcome = bash(code).limit(|limits| limits.artifact_size = 1000).succeed(runner).await;
    assert_eq!(refusals(&outcome), [("large", "larger than 1000 bytes")]);
    assert_eq!(outcome.artifacts.len(), 1);
}

/// The first ones are taken.
pub async fn more_artifacts_than_the_limit_are_refused(runner: &dyn Runner) {
    let code = "mkdir artifacts; touch artifacts/{a,b,c}";
    let outcome = bash(code).limit(|limits| limits.artifacts = 2).succeed(runner).await;
    assert_eq!(refusals(&outcome), [("c", "more than 2 files")]);
    let outcome = bash(code).limit(|limits| limits.artifacts = 0).succeed(runner).await;
    assert_eq!((outcome.artifacts.len(), outcome.refused_artifacts.len()), (0, 3));
}

/// Whatever way it is written.
pub async fn a_path_that_leaves_the_work_directory_is_refused(runner: &dyn Runner) {
    for path in ["../x", "/etc/x", "a/../../x", "a//b", "./x", "x\0"] {
        let refused = bash("true").file(path, "").refused(runner).await;
        assert!(matches!(refused, RunnerError::Job(_)), "{path}: {refused}");
    }
}

fn refusals(outcome: &Outcome) -> Vec<(&str, &str)> {
    let refused = outcome.refused_artifacts.iter();
    refused.map(|refused| (refused.path.as_str(), refused.reason.as_str())).collect()
}
