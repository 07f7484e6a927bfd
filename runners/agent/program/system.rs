//! The system calls that no library here wraps, each in a function that cannot be called wrongly.

use std::ffi::CStr;
use std::mem;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use nix::sys::utsname::uname;
use nix::unistd::ForkResult;

/// Makes a second process.
#[allow(unsafe_code, reason = "fork is unsafe where there are threads")]
pub(crate) fn fork() -> nix::Result<ForkResult> {
    // SAFETY: the agent has one thread, and starts none before this; so the child holds no lock
    // that another thread had taken.
    unsafe { nix::unistd::fork() }
}

/// The release of the kernel; empty where it does not say.
pub(crate) fn kernel() -> String {
    let names = uname();
    names.map(|names| names.release().to_string_lossy().into_owned()).unwrap_or_default()
}

/// Closes whatever was inherited. To be called before anything is opened.
#[allow(unsafe_code, reason = "closing by number is unsafe where somebody owns the number")]
pub(crate) fn close_all_but_the_standard_streams() -> nix::Result<()> {
    const FIRST: libc::c_uint = 3;
    // No descriptor has a greater number, and gVisor refuses to hear of one.
    const LAST: libc::c_int = libc::c_int::MAX;
    // SAFETY: this is the first thing that the agent does, so nothing in it owns a descriptor.
    let answer = unsafe { libc::syscall(libc::SYS_close_range, FIRST, LAST, 0) };
    Errno::result(answer).map(drop)
}

/// Gives every signal its usual meaning. Ignored signals are inherited, from a host that was
/// started with `nohup` for example, and an agent that ignores the end of its children would never
/// learn how they ended. Only writing to a host that is gone stays an error and no signal.
#[allow(unsafe_code, reason = "libraries do not touch the signals that they use themselves")]
pub(crate) fn reset_signals() {
    const LAST: libc::c_int = 64;
    // Handler, flags, restorer and mask of the kernel's `struct sigaction`; all zeros is the
    // default action.
    const DEFAULT: [u64; 4] = [0; 4];
    const SET: usize = mem::size_of::<u64>();
    for signal in (1..=LAST).filter(|signal| *signal != libc::SIGPIPE) {
        // SAFETY: the structure has the kernel's layout, and the default action is no handler. The
        // two signals that cannot be changed are refused, which is no loss.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                DEFAULT.as_ptr(),
                std::ptr::null::<u64>(),
                SET,
            )
        };
    }
}

/// Changes the flags of a mount, and with `recursive` of all that is mounted below it. The older
/// call changes one mount alone, and so would leave what lies below `/usr` writable.
#[allow(unsafe_code, reason = "no library wraps this call")]
pub(crate) fn set_mount_flags(path: &CStr, flags: u64, recursive: bool) -> nix::Result<()> {
    let attributes =
        libc::mount_attr { attr_set: flags, attr_clr: 0, propagation: 0, userns_fd: 0 };
    let depth = if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the path ends with NUL, the structure lives during the call and its size is told.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            depth,
            &raw const attributes,
            mem::size_of::<libc::mount_attr>(),
        )
    };
    Errno::result(answer).map(drop)
}

/// Gives up every capability, for this process and for all it starts.
#[allow(unsafe_code, reason = "no library wraps this call")]
pub(crate) fn drop_capabilities() -> nix::Result<()> {
    // Linux's version 3 of these structures: a header, and twice 32 bits of each set.
    const VERSION_3: u32 = 0x2008_0522;
    let header: [u32; 2] = [VERSION_3, 0];
    let sets = [0_u32; 6];
    // SAFETY: both arrays have the layout of version 3, and live during the call.
    let answer = unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), sets.as_ptr()) };
    Errno::result(answer).map(drop)
}

/// Loads a compiled filter of system calls. It needs `no_new_privs`.
#[allow(unsafe_code, reason = "no library wraps this call with a filter compiled beforehand")]
pub(crate) fn load_filter(bytes: &[u8]) -> nix::Result<()> {
    let mut filter: Vec<libc::sock_filter> =
        bytes.as_chunks::<8>().0.iter().copied().map(instruction).collect();
    let length = u16::try_from(filter.len()).map_err(|_| Errno::EINVAL)?;
    let program = libc::sock_fprog { len: length, filter: filter.as_mut_ptr() };
    // SAFETY: the program points to `filter`, has its length, and both live during the call.
    let answer = unsafe {
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program)
    };
    Errno::result(answer).map(drop)
}

fn instruction(bytes: [u8; 8]) -> libc::sock_filter {
    let [a, b, jt, jf, k @ ..] = bytes;
    libc::sock_filter { code: u16::from_le_bytes([a, b]), jt, jf, k: u32::from_le_bytes(k) }
}

/// Switches the loopback interface on: programs may talk to themselves.
#[allow(unsafe_code, reason = "no library wraps this request")]
pub(crate) fn loopback_up() -> nix::Result<()> {
    // The C libraries disagree about the type of the number, and of the argument.
    const SIOCSIFFLAGS: u16 = 0x8914;
    let socket: OwnedFd =
        socket(AddressFamily::Inet, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)?;
    // SAFETY: all zeros is a valid request.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    for (target, source) in request.ifr_name.iter_mut().zip(c"lo".to_bytes()) {
        *target = libc::c_char::from_ne_bytes([*source]);
    }
    request.ifr_ifru.ifru_flags = libc::c_short::try_from(libc::IFF_UP).unwrap_or_default();
    // SAFETY: the request names an interface and its flags, as SIOCSIFFLAGS wants, and lives
    // during the call.
    let answer = unsafe {
        libc::ioctl(socket.as_raw_fd(), libc::Ioctl::from(SIOCSIFFLAGS), &raw const request)
    };
    Errno::result(answer).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_is_read_as_the_kernel_reads_it() {
        let filter = instruction([0x20, 0, 1, 2, 4, 0, 0, 0x80]);
        assert_eq!((filter.code, filter.jt, filter.jf, filter.k), (0x20, 1, 2, 0x8000_0004));
    }

    #[test]
    fn a_mount_that_does_not_exist_is_an_error() {
        assert_eq!(set_mount_flags(c"/nowhere", libc::MOUNT_ATTR_RDONLY, true), Err(Errno::ENOENT));
    }
}
