//! Installs packages, in a sandbox of a runner's: the network is there for that step alone, and nothing
//! of a tenant's.
//!
//! An installer is a program in Python or JavaScript, run as any other is. It resolves requirements to
//! exact versions and digests and installs these, so that what is downloaded is what was resolved. uv is
//! a set of packages like any other: where an image has none, it is installed first, by its digest.

mod answer;
mod job;
mod reason;
mod secrets;
mod size;
mod trial;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lazaret_sandbox::{Event, Events, Interpreter, Isolation, Limits, Packages, Progress, Runner};
use serde::Serialize;
use tokio::time::timeout;

use self::job::{Kind, Order};
pub use self::reason::Reason;
use self::secrets::Secrets;
pub use self::trial::Trial;
use crate::{Cache, InstallError, Installed, ObtainError, Record, Request, Requirement, Set};

/// How long after its time an installation may still be answered: its sandbox has to come and go.
const GRACE: Duration = Duration::from_secs(30);

/// How installations go.
#[derive(Clone, Debug)]
pub struct Settings {
    /// For how long a resolved request is not resolved anew.
    pub fresh: Duration,
    /// Whether nothing is asked of the network.
    pub offline: bool,
    /// Whether code of packages may be run to build or set them up.
    pub builds: bool,
    /// What an installation may use. Its disk is the largest file that it may write.
    pub limits: Limits,
    /// Bytes that all files of an installation may have together, while it goes on.
    pub size: u64,
    /// The weakest sandbox that is accepted.
    pub isolation: Isolation,
    /// Certificates of authorities that indexes are believed by, in PEM; without them, those of the
    /// sandbox.
    pub certificates: Option<Vec<u8>>,
    /// Variables for installers alone, such as `HTTPS_PROXY`. May hold secrets.
    pub environment: BTreeMap<String, String>,
    /// Where Python's packages come from.
    pub python: Sources,
    /// Where JavaScript's packages come from.
    pub node: Sources,
}

impl Settings {
    /// The index that may be asked, where there is one.
    fn index<'a>(&self, sources: &'a Sources) -> Option<&'a str> {
        sources.index.as_deref().filter(|_| !self.offline)
    }

    /// For how long an answer holds. Where nobody can be asked anew, the last one does.
    fn fresh(&self) -> Duration {
        if self.offline { Duration::MAX } else { self.fresh }
    }
}

/// Where packages come from, and which of their versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sources {
    /// The address of the index or registry. May hold secrets. Without one, the directories alone.
    pub index: Option<String>,
    /// Further indexes, for Python.
    pub extra_indexes: Vec<String>,
    /// Directories of this machine with wheels, for Python.
    pub find_links: Vec<PathBuf>,
    /// The versions of packages, whoever needs them.
    pub pins: Vec<Requirement>,
    /// Whether tenants share packages from there, because everybody may have all of them.
    pub shared: bool,
}

/// Installs what is not there yet.
pub struct Installer {
    cache: Cache,
    runner: Arc<dyn Runner>,
    settings: Settings,
}

/// Everything that an installation depends on.
#[derive(Serialize)]
struct Parts<'a> {
    interpreter: &'static str,
    platform: &'a str,
    requirements: &'a [Requirement],
    sources: &'a Sources,
    builds: bool,
    owner: &'a str,
}

/// A set, and what it was installed for.
#[derive(Debug)]
pub struct Found {
    /// The set, which is not removed as long as this is held.
    pub set: Set,
    /// What a job is given.
    pub packages: Packages,
    /// Whether it was there already.
    pub was_there: bool,
}

impl Installer {
    /// One that installs with this runner, and keeps what it installs in this cache.
    pub fn new(cache: Cache, runner: Arc<dyn Runner>, settings: Settings) -> Self {
        Self { cache, runner, settings }
    }

    /// Where it keeps what it installs.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The packages that answer these requirements, for programs of `interpreter`. Installs them where
    /// they are not there; `events` is told how that goes.
    ///
    /// Dropping the future ends the installation and leaves nothing behind.
    pub async fn packages(
        &self,
        interpreter: Interpreter,
        requirements: &[Requirement],
        tenant: &str,
        events: &Events,
    ) -> Result<Found, InstallError> {
        let mut requirements = requirements.to_vec();
        requirements.sort();
        requirements.dedup();
        let platform = self.runner.platform(interpreter).await?;
        let sources = self.sources(interpreter);
        let order = Order {
            kind: if interpreter == Interpreter::Node { Kind::Node } else { Kind::Python },
            requirements: &requirements,
            sources,
            // Code of one tenant's packages is not run into another's.
            owner: if !sources.shared || self.settings.builds { tenant } else { "" },
            tenant,
            platform: &platform,
        };
        let request = self.request(&order);
        if let Some(set) = self.cache.find(&request, self.settings.fresh()) {
            return Ok(found(set, &platform, true));
        }
        self.refuse_offline(&order)?;
        let before = self.cache.find(&request, Duration::MAX);
        let tools = self.tools(&order, events).await?;
        let set = self.obtain(&order, &request, tools.as_ref(), events).await?;
        let was_there = before.is_some_and(|before| before.path() == set.path());
        Ok(found(set, &platform, was_there))
    }

    fn sources(&self, interpreter: Interpreter) -> &Sources {
        if interpreter == Interpreter::Node { &self.settings.node } else { &self.settings.python }
    }

    fn request(&self, order: &Order<'_>) -> Request {
        if order.kind == Kind::Uv {
            // Its digest is known here, so it is the same wherever it comes from.
            return Request::of(&(job::UV, order.platform));
        }
        Request::of(&Parts {
            interpreter: order.kind.name(),
            platform: order.platform,
            requirements: order.requirements,
            sources: order.sources,
            builds: self.settings.builds,
            owner: order.owner,
        })
    }

    /// Without the network, directories can still have what is wanted.
    fn refuse_offline(&self, order: &Order<'_>) -> Result<(), InstallError> {
        if self.settings.offline && order.sources.find_links.is_empty() {
            return Err(InstallError::Offline { what: order.names() });
        }
        Ok(())
    }

    /// uv, where it can be had: without it, pip does the same more slowly.
    async fn tools(&self, order: &Order<'_>, events: &Events) -> Result<Option<Set>, InstallError> {
        if order.kind != Kind::Python {
            return Ok(None);
        }
        let uv = Order { kind: Kind::Uv, requirements: &[], owner: "", ..*order };
        let request = self.request(&uv);
        // It is one version of one file, which does not change.
        if let Some(set) = self.cache.find(&request, Duration::MAX) {
            return Ok(Some(set));
        }
        if self.settings.index(order.sources).is_none() {
            return Ok(None);
        }
        match self.obtain(&uv, &request, None, events).await {
            Ok(set) => Ok(Some(set)),
            Err(InstallError::Refused { words, .. }) => {
                tracing::info!(words = words.0, "uv cannot be had, so pip installs");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn obtain(
        &self,
        order: &Order<'_>,
        request: &Request,
        tools: Option<&Set>,
        events: &Events,
    ) -> Result<Set, InstallError> {
        let progress = Progress { message: order.names(), percent: None };
        events.offer(Event::Installing(progress));
        let install = async |into: &Path, before: Option<&Record>| match self
            .install(order, into, before, tools, events)
            .await
        {
            Err(error) if before.is_some() && error.is_outage() => {
                tracing::warn!(%error, "what was installed before is used");
                Ok(Installed::Unknown)
            }
            other => other,
        };
        let fresh = self.settings.fresh();
        let owner = self.owner(order, request);
        let obtain = self.cache.obtain(request, owner, fresh, install);
        // Others may install the same, and fail one after the other.
        let patience = self.settings.limits.wall + GRACE;
        let too_slow = |_| {
            let limit = self.settings.limits.wall;
            InstallError::TooSlow { what: order.names(), limit }
        };
        let obtained = timeout(patience, obtain).await.map_err(too_slow)?;
        obtained.map_err(|error| match error {
            ObtainError::Cache(error) => InstallError::Cache(error),
            ObtainError::Install(error) => error,
        })
    }

    /// Who may have a set. Code of packages that was run may have changed anything that is installed, and said
    /// anything of it: that is for one request alone.
    fn owner<'a>(&self, order: &'a Order<'_>, request: &'a Request) -> &'a str {
        if self.settings.builds { request.key() } else { order.owner }
    }

    /// Has an installer fill a directory.
    async fn install(
        &self,
        order: &Order<'_>,
        into: &Path,
        before: Option<&Record>,
        tools: Option<&Set>,
        events: &Events,
    ) -> Result<Installed, InstallError> {
        let tools = tools.map(|set| packages(set, order.platform));
        let job = job::of(order, &self.settings, (into, before), tools);
        let secrets = Secrets::of(order.sources, &self.settings);
        let (own, told) = Events::channel(job::WAITING_EVENTS);
        let outcome = async {
            tokio::select! {
                outcome = self.runner.run(job, own) => outcome.map_err(InstallError::from),
                size = size::exceeds(into, self.settings.size) => Err(InstallError::TooLarge {
                    what: order.names(), size, limit: self.settings.size,
                }),
            }
        };
        let (outcome, ()) = tokio::join!(outcome, job::tell(told, events, &secrets));
        answer::of(order, &self.settings, &outcome?)
    }
}

/// What a job is given of a set.
fn packages(set: &Set, platform: &str) -> Packages {
    let (directory, platform) = (set.path().to_owned(), platform.to_owned());
    Packages { directory, platform, modules: Vec::new() }
}

fn found(set: Set, platform: &str, was_there: bool) -> Found {
    let packages = packages(&set, platform);
    Found { set, packages, was_there }
}
