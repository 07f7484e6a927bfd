//! What an engine has of what this runner needs.
//!
//! One thing depends on another, so the examination stops where nothing further can be known: no
//! engine, no runtime. What a runtime is called proves nothing; a small container of it has to show
//! what it is, and that the engine says when its memory runs out.

mod engine;
mod evidence;
mod images;
mod leftovers;
mod trial;

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bollard::Docker;
use bollard::models::SystemInfo;
use futures_util::future::join_all;
use lazaret_sandbox::{Diagnosis, Examination, Health, Isolation};

use crate::DockerConfig;
use crate::engine::{offered, place, reach};
use crate::maker::Maker;

/// How long the engine may take to answer a question about itself. It takes milliseconds; a hung one
/// would be waited for for minutes.
const PATIENCE: Duration = Duration::from_secs(3);

/// An engine that answers, and what it says of itself.
struct Patient<'a> {
    docker: Docker,
    maker: &'a Arc<Maker>,
    config: &'a DockerConfig,
    /// Where it listens, as the configuration has it.
    host: Option<&'a str>,
    /// Where it listens.
    place: String,
    info: SystemInfo,
}

/// Looks at each engine. A job runs on whichever can take it, so one that is well is enough.
pub(crate) async fn examine(maker: &Arc<Maker>) -> Examination {
    match maker.config.hosts.as_slice() {
        [] => examine_one(maker, None).await,
        [host] => examine_one(maker, Some(host)).await,
        hosts => {
            let each = hosts.iter().map(|host| examine_one(maker, Some(host)));
            joined(hosts.iter().zip(join_all(each).await))
        }
    }
}

fn joined<'a>(examined: impl Iterator<Item = (&'a String, Examination)>) -> Examination {
    let mut whole = Examination::default();
    for (host, each) in examined {
        whole.isolation = whole.isolation.max(each.isolation);
        whole.diagnoses.extend(
            each.diagnoses
                .into_iter()
                .map(|part| Diagnosis { name: format!("{} at {host}", part.name), ..part }),
        );
    }
    whole
}

/// Looks at the engine that listens at `host`, or where the environment says.
async fn examine_one(maker: &Arc<Maker>, host: Option<&str>) -> Examination {
    let place = place(host, maker.config.tls.as_ref());
    match connect(maker, host, &place).await {
        Ok(engine) => engine.examine().await,
        Err(absent) => Examination { isolation: None, diagnoses: vec![absent] },
    }
}

async fn connect<'a>(
    maker: &'a Arc<Maker>,
    host: Option<&'a str>,
    place: &str,
) -> Result<Patient<'a>, Diagnosis> {
    let config = &maker.config;
    let reached = reach(host, config.tls.as_ref(), PATIENCE).await;
    let (docker, info) = reached.map_err(|error| absent(place, &error))?;
    Ok(Patient { docker, maker, config, host, place: place.to_owned(), info })
}

/// An engine that does not answer. The last cause says most.
fn absent(place: &str, error: &bollard::errors::Error) -> Diagnosis {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    let mut kind = None;
    let mut reason = String::new();
    while let Some(each) = next {
        kind = kind.or_else(|| each.downcast_ref::<io::Error>().map(io::Error::kind));
        reason = each.to_string();
        next = each.source();
    }
    let help = match kind {
        Some(io::ErrorKind::PermissionDenied) => {
            "become a member of the socket's group (`docker`, usually), which is as good as root"
        }
        _ => {
            "install Docker and start it, or set where it listens in `[docker]`; \
             `runner = \"process\"` needs none"
        }
    };
    Diagnosis::fail("engine", format!("none answers at {place}: {reason}"), help)
}

impl Patient<'_> {
    async fn examine(self) -> Examination {
        let mut diagnoses = vec![self.version(), self.control_groups(), self.runtime()];
        let can_start = diagnoses.iter().all(|part| part.health != Health::Fail);
        if self.is_registered() && self.is_gvisor_by_name() {
            diagnoses.push(self.options().await);
        }
        let (images, usable) = self.images().await;
        diagnoses.extend(images);
        let mut root = None;
        let mut proven = false;
        if let Some(interpreter) = usable.filter(|_| can_start) {
            let trial = self.try_sandboxes(interpreter).await;
            root = trial.root.clone();
            proven = trial.kernel.is_some();
            diagnoses.extend(self.judge(&trial).await);
        }
        diagnoses.extend(self.maker.identity.installation.diagnose());
        diagnoses.push(leftovers::containers(&self.docker, &self.maker.identity).await);
        if self.is_local() && self.is_gvisor_by_name() {
            diagnoses.push(leftovers::processes(&self.docker, root.as_deref()).await);
        }
        let well = proven && diagnoses.iter().all(|part| part.health != Health::Fail);
        Examination { isolation: well.then(|| self.isolation()), diagnoses }
    }

    /// Where the engine is another machine's, nothing is known of its files and processes.
    fn is_local(&self) -> bool {
        self.place.starts_with("unix://")
    }

    fn is_gvisor_by_name(&self) -> bool {
        self.isolation() == Isolation::Gvisor
    }

    fn isolation(&self) -> Isolation {
        offered(&self.config.runtime)
    }
}
