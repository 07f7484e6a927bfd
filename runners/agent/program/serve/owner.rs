//! Touches files as the program would.
//!
//! In an engine's container the agent is root without the right to pass by file modes, and the
//! program is nobody. So what is made for the program belongs to it, what it alone may read can be
//! read, and nothing is reached that it could not reach itself.
//!
//! Only the *effective* user changes: the real one and the saved one stay, and it is those that
//! decide who may send signals to the agent or trace it.

use std::sync::OnceLock;

use lazaret_agent::message::NOBODY;
use nix::unistd::{Gid, Uid, getegid, getuid};

use crate::system::become_effective;

/// The agent's own user and group, where it is root. Asked once: a question costs as much as a
/// change.
static ROOT: OnceLock<Option<(Uid, Gid)>> = OnceLock::new();

/// Does something as the user that programs run as. Not to be done inside of itself.
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
        let before = *ROOT.get_or_init(|| getuid().is_root().then(|| (getuid(), getegid())));
        if before.is_some() {
            // What is refused is harmless: files then belong to root, and some stay closed.
            let _ = become_effective(Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
        }
        Self { before }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if let Some((user, group)) = self.before {
            // The saved user is root, who may always change back.
            become_effective(user, group).expect("root may become root again");
        }
    }
}
