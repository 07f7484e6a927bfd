//! The filter of system calls, compiled when the agent was.

use nix::errno::Errno;

use crate::system;

const FILTER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/filter.bpf"));
const IN_GVISOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/filter-in-gvisor.bpf"));

/// Loads it, for this process and for all that it starts.
pub(super) fn load(in_gvisor: bool) -> Result<(), Errno> {
    system::load_filter(if in_gvisor { IN_GVISOR } else { FILTER })
}

#[cfg(test)]
mod tests {
    use nix::libc;

    use super::*;

    /// The same list as seccompiler translates it, in two filters.
    const ALLOW: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/reference-allow.bpf"));
    const DENY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/reference-deny.bpf"));

    const NOT_PERMITTED: u32 = libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs();
    const NOT_IMPLEMENTED: u32 = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
    const MACHINE: u32 = if cfg!(target_arch = "x86_64") { 0xC000_003E } else { 0xC000_00B7 };
    const I386: u32 = 0x4000_0003;
    const X32: u32 = 0x4000_0000;

    /// Values around everything that the list compares an argument with.
    const VALUES: [u64; 26] = [
        0,
        1,
        2,
        3,
        7,
        8,
        9,
        10,
        16,
        17,
        0o644,
        0o10_0644,
        0o01_0644,
        0o14_0644,
        0o02_0644,
        0o06_0644,
        0xF000,
        21522,
        21532,
        131_072,
        131_080,
        0x7E << 24,
        1 << 30,
        !0 >> 32,
        1 << 32,
        !0,
    ];

    /// What the kernel's data of a system call look like to a filter.
    fn data(machine: u32, number: u32, arguments: [u64; 3]) -> [u32; 10] {
        let [a, b, c] = arguments.map(|all| [all & 0xFFFF_FFFF, all >> 32].map(half));
        [number, machine, 0, 0, a[0], a[1], b[0], b[1], c[0], c[1]]
    }

    fn half(value: u64) -> u32 {
        u32::try_from(value).expect("a half")
    }

    /// Runs a filter as the kernel does.
    fn answer(filter: &[u8], data: &[u32; 10]) -> u32 {
        let instructions = filter.as_chunks::<8>().0;
        let (mut at, mut value) = (0, 0);
        loop {
            let [code, _, jt, jf, k @ ..] = instructions[at];
            let k = u32::from_le_bytes(k);
            let over = |holds| usize::from(if holds { jt } else { jf });
            at += 1;
            match code {
                0x20 => value = data[k as usize / 4],
                0x54 => value &= k,
                0x05 => at += k as usize,
                0x15 => at += over(value == k),
                0x35 => at += over(value >= k),
                0x06 => return k,
                other => panic!("{other:#x} is not an instruction that is known here"),
            }
        }
    }

    /// The answer of two filters: the stricter one, and the later one where both refuse.
    fn expected(data: &[u32; 10]) -> u32 {
        let (allow, deny) = (answer(ALLOW, data), answer(DENY, data));
        if deny == libc::SECCOMP_RET_ALLOW { allow } else { deny }
    }

    fn all_numbers() -> impl Iterator<Item = u32> {
        (0..600).chain(X32..X32 + 600).chain([u32::MAX >> 1, u32::MAX])
    }

    fn all_arguments() -> impl Iterator<Item = [u64; 3]> {
        let places = |value| [[value; 3], [value, 0, 0], [0, value, 0], [0, 0, value]];
        VALUES.into_iter().flat_map(places).chain(VALUES.map(|value| [16, 3, value]))
    }

    #[test]
    fn every_system_call_is_answered_as_the_list_says() {
        let mut seen = std::collections::BTreeSet::new();
        for number in all_numbers() {
            for arguments in all_arguments() {
                let data = data(MACHINE, number, arguments);
                let found = answer(FILTER, &data);
                assert_eq!(found, expected(&data), "{number} {arguments:x?}");
                seen.insert(found);
            }
        }
        let all = [NOT_PERMITTED, NOT_IMPLEMENTED, libc::SECCOMP_RET_ALLOW];
        assert!(seen.into_iter().eq(all));
    }

    #[test]
    fn in_gvisor_sessions_and_others_processors_are_refused_besides() {
        for number in all_numbers() {
            for arguments in all_arguments() {
                let data = data(MACHINE, number, arguments);
                let expected = match i64::from(number) {
                    libc::SYS_setsid => NOT_PERMITTED,
                    libc::SYS_sched_setaffinity if half(arguments[0] & 0xFFFF_FFFF) != 0 => {
                        NOT_PERMITTED
                    }
                    _ => answer(FILTER, &data),
                };
                assert_eq!(answer(IN_GVISOR, &data), expected, "{number} {arguments:x?}");
            }
        }
    }

    #[test]
    fn who_speaks_as_another_machine_is_killed() {
        for number in all_numbers() {
            let data = data(I386, number, [0; 3]);
            assert_eq!(answer(FILTER, &data), libc::SECCOMP_RET_KILL_PROCESS);
            assert_eq!(answer(IN_GVISOR, &data), expected(&data));
        }
    }

    /// gVisor runs a filter for every number there is when it is loaded.
    #[test]
    fn an_answer_takes_few_instructions() {
        let size = FILTER.len() / 8;
        assert!(size < 512, "{size}");
    }
}
