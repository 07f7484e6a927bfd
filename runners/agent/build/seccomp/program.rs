//! The program that the kernel asks: a binary search for the number of the system call.

use seccompiler::sock_filter;

use super::answers::{Answer, Answers, Case, Condition};

// Instructions of classic BPF, from `linux/bpf_common.h`.
const LOAD: u16 = 0x20;
const AND: u16 = 0x54;
const JUMP_IF_EQUAL: u16 = 0x15;
const JUMP_IF_AT_LEAST: u16 = 0x35;
const RETURN: u16 = 0x06;

// Offsets in `struct seccomp_data`. The lower half of an argument comes first.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

// Answers, from `linux/seccomp.h`.
const KILL_PROCESS: u32 = 0x8000_0000;
const EPERM: u32 = 0x0005_0001;
const ENOSYS: u32 = 0x0005_0026;
const ALLOW: u32 = 0x7fff_0000;

/// The whole program. Who speaks to the kernel as another machine is killed: its numbers mean
/// something else.
pub(super) fn program(answers: &Answers, arch: &str) -> Vec<sock_filter> {
    // AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of `linux/audit.h`.
    let machine = if arch == "x86_64" { 0xC000_003E } else { 0xC000_00B7 };
    let mut program = vec![
        instruction(LOAD, ARCHITECTURE),
        jump(JUMP_IF_EQUAL, machine, 1, 0),
        instruction(RETURN, KILL_PROCESS),
        instruction(LOAD, NUMBER),
    ];
    program.extend(search(&answers.ranges()));
    program
}

/// Halves the numbers until one answer is left.
fn search(ranges: &[(u32, Vec<Case>)]) -> Vec<sock_filter> {
    if let [(_, cases)] = ranges {
        return cases.iter().flat_map(case).collect();
    }
    let (below, from) = ranges.split_at(ranges.len() / 2);
    let (first, _) = from.first().expect("a half of two or more is not empty");
    let below = search(below);
    let mut program = vec![jump(JUMP_IF_AT_LEAST, *first, below.len(), 0)];
    program.extend(below);
    program.extend(search(from));
    program
}

/// Answers, or goes on behind itself.
fn case(case: &Case) -> Vec<sock_filter> {
    let answer = match case.answer {
        Answer::Allowed => ALLOW,
        Answer::NotPermitted => EPERM,
        Answer::NotImplemented => ENOSYS,
    };
    let mut program = vec![instruction(RETURN, answer)];
    for condition in case.conditions.iter().rev() {
        program = [test(condition, program.len()), program].concat();
    }
    program
}

/// Goes over as many instructions if the condition does not hold.
fn test(condition: &Condition, over: usize) -> Vec<sock_filter> {
    let mut program = vec![instruction(LOAD, ARGUMENTS + 8 * u32::from(condition.index))];
    program.extend(condition.mask.map(|mask| instruction(AND, mask)));
    program.push(jump(JUMP_IF_EQUAL, condition.value, 0, over));
    program
}

fn instruction(code: u16, k: u32) -> sock_filter {
    sock_filter { code, jt: 0, jf: 0, k }
}

fn jump(code: u16, k: u32, over_if_so: usize, over_if_not: usize) -> sock_filter {
    let distance = |over| u8::try_from(over).expect("a jump of BPF goes over 255 at most");
    sock_filter { code, jt: distance(over_if_so), jf: distance(over_if_not), k }
}
