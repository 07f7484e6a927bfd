//! The system calls that no library here wraps, each in a function that cannot be called wrongly.

use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;
use std::{mem, ptr};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat};
use nix::libc;
use nix::sched::{CloneFlags, clone};
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use nix::sys::stat::Mode;
use nix::sys::utsname::uname;
use nix::unistd::{ForkResult, Gid, Pid, Uid};

/// Makes a second process.
#[allow(unsafe_code, reason = "fork is unsafe where there are threads")]
pub(crate) fn fork() -> nix::Result<ForkResult> {
    // SAFETY: the agent has one thread, and starts none before this; so the child holds no lock
    // that another thread had taken.
    unsafe { nix::unistd::fork() }
}

/// Makes a process that becomes another program, and answers when it has, or has ended: then it
/// ends as 127. Until then it uses this one's memory, which stands still meanwhile. A process with
/// a copy costs gVisor 10 ms more.
#[allow(unsafe_code, reason = "no library has a safe way to run something before the program")]
pub(crate) fn start(mut life: impl FnMut()) -> nix::Result<Pid> {
    const STACK: usize = 256 * 1024;
    const COULD_NOT: isize = 127;
    let mut stack = vec![0; STACK];
    let life = Box::new(|| {
        life();
        COULD_NOT
    });
    let flags = CloneFlags::CLONE_VM | CloneFlags::CLONE_VFORK;
    // SAFETY: the agent has one thread, which waits in this call until nobody else uses its memory;
    // so nothing is changed behind anybody's back, and the stack outlives the new process's use of
    // it. That process does not recurse, and a quarter of a megabyte is more than it needs.
    unsafe { clone(life, &mut stack, flags, Some(libc::SIGCHLD)) }
}

/// Becomes another program; answers only where that is refused.
#[allow(
    unsafe_code,
    reason = "the safe way allocates, and who becomes another program frees nothing"
)]
pub(crate) fn become_program(path: &CStr, arguments: &Texts, environment: &Texts) -> Errno {
    // SAFETY: both lists end with a null pointer, and what they point to lives as long as they do.
    unsafe { libc::execve(path.as_ptr(), arguments.pointers(), environment.pointers()) };
    Errno::last()
}

/// Texts as the kernel takes them, each where it stays.
pub(crate) struct Texts {
    pointers: Vec<*const libc::c_char>,
    _texts: Vec<CString>,
}

impl Texts {
    /// Takes them over.
    pub(crate) fn new(texts: Vec<CString>) -> Self {
        let ended = texts.iter().map(|text| text.as_ptr()).chain([ptr::null()]);
        Self { pointers: ended.collect(), _texts: texts }
    }

    fn pointers(&self) -> *const *const libc::c_char {
        self.pointers.as_ptr()
    }
}

/// The release of the kernel, and what it calls its build; empty where it does not say.
pub(crate) fn kernel() -> (String, String) {
    let Ok(names) = uname() else { return Default::default() };
    let text = |name: &OsStr| name.to_string_lossy().into_owned();
    (text(names.release()), text(names.version()))
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
            libc::syscall(libc::SYS_rt_sigaction, signal, DEFAULT.as_ptr(), ptr::null::<u64>(), SET)
        };
    }
}

/// Lets a pipe without a reader end a program, as usual. The agent, like everything written in
/// Rust, ignores that signal, and what is ignored stays so in another program.
#[allow(unsafe_code, reason = "libraries do not touch the signals that they use themselves")]
pub(crate) fn heed_broken_pipes() -> nix::Result<()> {
    // SAFETY: the default action is no handler.
    unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) }.map(drop)
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

/// Becomes another effective user, of another effective group; the real and the saved ones stay.
/// The C library has a function for this, which asks the kernel ten times as much: it tells other
/// threads, of which there are none.
#[allow(unsafe_code, reason = "no library makes these calls for one thread alone")]
pub(crate) fn become_effective(user: Uid, group: Gid) -> nix::Result<()> {
    const THE_SAME: i64 = -1;
    let (user, group) = (i64::from(user.as_raw()), i64::from(group.as_raw()));
    // Root has the right to do either, and nobody else to do the second.
    let calls = [(libc::SYS_setresgid, group), (libc::SYS_setresuid, user)];
    let in_order = if user == 0 { [calls[1], calls[0]] } else { calls };
    in_order.into_iter().try_for_each(|(call, id)| {
        // SAFETY: the agent has one thread, and these calls take numbers.
        Errno::result(unsafe { libc::syscall(call, THE_SAME, id, THE_SAME) }).map(drop)
    })
}

/// Opens a file to read it. The standard library's way asks the kernel twice.
pub(crate) fn open_to_read(path: &Path) -> nix::Result<File> {
    let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC;
    openat(AT_FDCWD, path, flags, Mode::empty()).map(File::from)
}

/// Reads some of what is in a directory, as the kernel writes it; nothing at its end. The C library
/// takes memory for each directory, and gives it back.
#[allow(unsafe_code, reason = "no library reads directories into memory that is there")]
pub(crate) fn read_directory(directory: impl AsFd, room: &mut [u8]) -> nix::Result<&[u8]> {
    let descriptor = directory.as_fd().as_raw_fd();
    // SAFETY: the kernel writes at most as many bytes as there is room for.
    let length = Errno::result(unsafe {
        libc::syscall(libc::SYS_getdents64, descriptor, room.as_mut_ptr(), room.len())
    })?;
    Ok(room.get(..usize::try_from(length).unwrap_or(0)).unwrap_or_default())
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
    use nix::sys::wait::{WaitStatus, waitpid};

    use super::*;

    #[test]
    fn an_instruction_is_read_as_the_kernel_reads_it() {
        let filter = instruction([0x20, 0, 1, 2, 4, 0, 0, 0x80]);
        assert_eq!((filter.code, filter.jt, filter.jf, filter.k), (0x20, 1, 2, 0x8000_0004));
    }

    #[test]
    fn a_process_becomes_another_program_or_says_that_it_could_not() {
        let texts = |texts: &[&CStr]| Texts::new(texts.iter().map(|text| (*text).into()).collect());
        let (arguments, environment) =
            (texts(&[c"sh", c"-c", c"exit $((A + 2))"]), texts(&[c"A=40"]));
        let mut errno = None;
        for (path, code, expected) in
            [(c"/bin/sh", 42, None), (c"/nowhere", 127, Some(Errno::ENOENT))]
        {
            let life = || errno = Some(become_program(path, &arguments, &environment));
            let process = start(life).expect("started");
            assert_eq!(waitpid(process, None), Ok(WaitStatus::Exited(process, code)));
            assert_eq!(errno, expected);
        }
    }

    #[test]
    fn a_mount_that_does_not_exist_is_an_error() {
        assert_eq!(set_mount_flags(c"/nowhere", libc::MOUNT_ATTR_RDONLY, true), Err(Errno::ENOENT));
    }
}
