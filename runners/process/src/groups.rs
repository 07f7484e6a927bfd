//! Where control groups for runs can be made: under the group that this process is in.
//!
//! There are two versions of the kernel's interface, and machines that use both at once. In the
//! first, each controller has its own hierarchy. In the second there is one, and a group may have
//! processes *or* groups with limits; so a run's group can only be made beside ours, unless ours
//! is prepared for it (`Delegate=yes` in systemd, with the service in a group of its own below).

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use lazaret_agent::message::{Controller, GroupParent};

/// The places on this machine. None where there are none; whether they can be written to is found
/// out by writing.
pub(crate) fn find() -> Vec<GroupParent> {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let parents: Vec<GroupParent> =
        mounts.lines().filter_map(Mount::parse).flat_map(|mount| mount.parents(&own)).collect();
    for parent in &parents {
        remove_abandoned(&parent.path);
    }
    parents
}

/// A mounted hierarchy.
struct Mount {
    /// The group that is seen at the mount point.
    root: String,
    place: PathBuf,
    /// The controllers of the first version; none for the second.
    controllers: Option<String>,
}

impl Mount {
    /// Reads a line of `/proc/self/mountinfo`, if it is about control groups.
    fn parse(line: &str) -> Option<Self> {
        let (mount, file_system) = line.split_once(" - ")?;
        let mut fields = mount.split(' ').skip(3);
        let (root, place) = (fields.next()?.to_owned(), PathBuf::from(fields.next()?));
        let mut fields = file_system.split(' ');
        match fields.next()? {
            "cgroup" => Some(Self { root, place, controllers: fields.nth(1).map(str::to_owned) }),
            "cgroup2" => Some(Self { root, place, controllers: None }),
            _ => None,
        }
    }

    /// What can be made here.
    fn parents(&self, own: &str) -> Vec<GroupParent> {
        let Some(controllers) = &self.controllers else { return self.unified(own) };
        let find = |name: &str, controller| {
            controllers.split(',').find(|found| *found == name)?;
            let path =
                self.directory(own, |controllers| controllers.split(',').any(|c| c == name))?;
            Some(GroupParent { controller, path })
        };
        let known = [
            find("memory", Controller::MemoryV1),
            find("pids", Controller::PidsV1),
            find("cpuacct", Controller::CpuV1),
        ];
        known.into_iter().flatten().collect()
    }

    /// In the second version: our own group if it hands both controllers on, else the one above.
    fn unified(&self, own: &str) -> Vec<GroupParent> {
        let Some(path) = self.directory(own, str::is_empty) else { return Vec::new() };
        let candidates = [Some(path.as_path()), path.parent().filter(|_| path != self.place)];
        let hands_on = |path: &&Path| {
            let text = fs::read_to_string(path.join("cgroup.subtree_control")).unwrap_or_default();
            ["memory", "pids"]
                .iter()
                .all(|name| text.split_whitespace().any(|found| found == *name))
        };
        let found = candidates.into_iter().flatten().find(hands_on);
        let parent =
            |path: &Path| GroupParent { controller: Controller::Unified, path: path.into() };
        found.map(parent).into_iter().collect()
    }

    /// The directory of our own group, from the lines of `/proc/self/cgroup`.
    fn directory(&self, own: &str, is_it: impl Fn(&str) -> bool) -> Option<PathBuf> {
        let group = own.lines().find_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            let (controllers, group) = (fields.next()?, fields.next()?);
            is_it(controllers).then_some(group)
        })?;
        let below = Path::new(group).strip_prefix(&self.root).ok()?;
        Some(self.place.join(below))
    }
}

/// Removes groups whose agent was killed before it could. A group with processes is not removed
/// by the kernel, so nothing that runs is touched.
///
/// A process that has ended is in its group a moment longer, so one without processes to show is
/// tried again.
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix("lazaret-"));
        let Some(process) = process.and_then(|number| number.parse::<u32>().ok()) else { continue };
        if !Path::new(&format!("/proc/{process}")).exists() {
            remove(&entry.path());
        }
    }
}

fn remove(group: &Path) {
    const ATTEMPTS: usize = 20;
    for _ in 0..ATTEMPTS {
        let is_empty = || fs::read(group.join("cgroup.procs")).is_ok_and(|list| list.is_empty());
        if fs::remove_dir(group).is_ok() || !is_empty() {
            return;
        }
        sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "35 31 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory";

    #[test]
    fn in_the_first_version_each_controller_has_its_place() {
        let mount = Mount::parse(FIRST).expect("a hierarchy");
        let parents = mount.parents("8:pids:/\n4:memory:/service/a\n0::/\n");
        let path = "/sys/fs/cgroup/memory/service/a".into();
        assert_eq!(parents, [GroupParent { controller: Controller::MemoryV1, path }]);
    }

    #[test]
    fn a_group_that_is_not_below_the_mount_is_not_used() {
        let mount = Mount::parse(&FIRST.replace(" / ", " /docker/7 ")).expect("a hierarchy");
        assert_eq!(mount.parents("4:memory:/elsewhere\n"), []);
    }

    #[test]
    fn in_the_second_version_the_group_above_is_taken_where_ours_hands_nothing_on() {
        let place = tempfile::tempdir().expect("a directory");
        let (above, ours) = (place.path().join("slice"), place.path().join("slice/service"));
        fs::create_dir_all(&ours).expect("made");
        fs::write(above.join("cgroup.subtree_control"), "cpu memory pids\n").expect("written");
        fs::write(ours.join("cgroup.subtree_control"), "").expect("written");
        let mount = Mount { root: "/".into(), place: place.path().into(), controllers: None };
        let parents = mount.parents("0::/slice/service\n");
        assert_eq!(parents, [GroupParent { controller: Controller::Unified, path: above }]);
    }

    #[test]
    fn other_mounts_are_none_of_ours() {
        assert!(Mount::parse("22 27 0:21 / /proc rw,relatime - proc proc rw").is_none());
    }
}
