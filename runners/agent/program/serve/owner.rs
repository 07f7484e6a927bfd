//! Touches files as the program would.
//!
//! In an engine's container the agent is root without the right to pass by file modes, and the
//! program is nobody. So what is made for the program belongs to it, what it alone may read can be
//! read, and nothing is reached that it could not reach itself.
//!
//! Only the *effective* user changes: the real one and the saved one stay, and it is those that
//! decide who may send signals to the agent or trace it.

use lazaret_agent::message::NOBODY;
use nix::unistd::{Gid, Uid, getegid, geteuid, setegid, seteuid};

/// Does something as the user that programs run as.
pub(super) fn as_program<T>(action: impl FnOnce() -> T) -> T {
    let _owner = Owner::become_one();
    action()
}

/// The agent while it is the program's user; dropping it changes back.
struct Owner {
    before: Option<(Uid, Gid)>,
}

impl Owner {
    fn become_one() -> Self {
        let before = (geteuid(), getegid());
        if !before.0.is_root() {
            return Self { before: None };
        }
        let owner = Self { before: Some(before) };
        // What is refused is harmless: files then belong to root, and some stay closed.
        let _ = setegid(Gid::from_raw(NOBODY)).and_then(|()| seteuid(Uid::from_raw(NOBODY)));
        owner
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if let Some((user, group)) = self.before {
            // The saved user is root, who may always change back.
            seteuid(user).and_then(|()| setegid(group)).expect("root may become root again");
        }
    }
}
