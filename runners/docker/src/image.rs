//! Base images with our agent added.
//!
//! An image is derived once for each pair of base and agent, and its tag is the digest of both and of
//! how they are put together: when one of them changes, the next sandbox is made of a new one. Those
//! that no sandbox will be made of any more are removed, a day later: another version of this
//! program may serve beside this one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bollard::models::{ContainerConfig, ContainerCreateBody, ImageInspect, ImageSummary};
use bollard::query_parameters::{
    CommitContainerOptionsBuilder, ListImagesOptionsBuilder, RemoveImageOptionsBuilder,
    UploadToContainerOptionsBuilder,
};
use lazaret_agent::AGENT;
use lazaret_sandbox::{Interpreter, RunnerError};
use sha2::{Digest, Sha256};

use crate::container::Container;
use crate::engine::{Engine, failed};
use crate::maker::Maker;

/// The agent's place in derived images.
pub(crate) const AGENT_PATH: &str = "/.lazaret/agent";

/// What the platforms of this runner's packages begin with, before the base image's digest.
const PLATFORM: &str = "docker ";

/// The label that names the base of a derived image.
const BASE: &str = "lazaret.base";

/// How long a derived image is kept that this program would not derive.
const KEPT: Duration = Duration::from_hours(24);

/// What is added to a base, beside the agent: the directories, and their modes. Where a file system
/// is mounted, runc gives it the mode of the directory below, whatever the mount asks for.
const DIRECTORIES: [(&str, u32); 2] = [(".lazaret/", 0o755), ("work/", 0o1777)];

/// The name of the base image with the agent added; made where it is not there. Asked before each
/// sandbox, because images can be changed and removed at any time, and asking costs a millisecond.
/// What is being made is finished even if nobody waits for it any more.
pub(crate) async fn derived(
    engine: &Arc<Engine>,
    maker: &Arc<Maker>,
    interpreter: Interpreter,
    base: &str,
) -> Result<String, RunnerError> {
    let id = find(engine, interpreter, base).await?;
    let name = name(interpreter, &id);
    if engine.docker.inspect_image(&name).await.is_ok() {
        return Ok(name);
    }
    let (engine, maker, base) = (Arc::clone(engine), Arc::clone(maker), base.to_owned());
    let tasks = maker.tasks.clone();
    let deriving = tasks.spawn(async move {
        let _turn = maker.deriving.lock().await;
        if engine.docker.inspect_image(&name).await.is_err() {
            derive(&engine, &maker, &id, &base, &name).await?;
            remove_old(&engine, &base, &name).await;
        }
        Ok(name)
    });
    deriving.await.unwrap_or(Err(RunnerError::Closed))
}

/// The name that a base image with this digest has once the agent is added.
pub(crate) fn name(interpreter: Interpreter, id: &str) -> String {
    format!("lazaret/{}:{}", interpreter.name(), digest(id))
}

/// What packages are to be installed for that run in sandboxes of this base image.
pub(crate) fn platform(id: &str) -> String {
    format!("{PLATFORM}{id}")
}

/// The image that sandboxes for such packages are made of.
pub(crate) fn of_platform(interpreter: Interpreter, platform: &str) -> Option<String> {
    platform.strip_prefix(PLATFORM).map(|id| name(interpreter, id))
}

/// The base image's digest.
pub(crate) async fn find(
    engine: &Engine,
    interpreter: Interpreter,
    base: &str,
) -> Result<String, RunnerError> {
    let found = engine.docker.inspect_image(base).await;
    let found = found.map_err(|error| missing(interpreter, base, error))?;
    match unlimited(&found) {
        Some(volumes) => Err(RunnerError::Part {
            part: format!("the image `{base}`"),
            help: WITHOUT_VOLUMES.into(),
            source: volumes.into(),
        }),
        None => Ok(found.id.unwrap_or_default()),
    }
}

/// What to do about an image with volumes, which nothing that is derived of it can be without.
pub(crate) const WITHOUT_VOLUMES: &str =
    "use a base image without VOLUME; `docker export` and `docker import` make one";

/// What of an image would be written to the engine's own disk: for each of its volumes the engine
/// makes a directory there for each container, and limits neither.
pub(crate) fn unlimited(image: &ImageInspect) -> Option<String> {
    let volumes = image.config.as_ref()?.volumes.as_ref().filter(|volumes| !volumes.is_empty())?;
    let volumes = volumes.join(", ");
    Some(format!("it has volumes ({volumes}), where programs could fill the engine's disk"))
}

fn missing(interpreter: Interpreter, base: &str, error: bollard::errors::Error) -> RunnerError {
    RunnerError::Part {
        part: format!("the image `{base}`"),
        help: format!("pull or build it, or set `docker.images.{}` to another", interpreter.name()),
        source: Box::new(error),
    }
}

/// As many of its digits as tell images apart.
fn digest(base: &str) -> String {
    use std::fmt::Write;
    let directories = format!("{DIRECTORIES:?}");
    let whole = Sha256::new().chain_update(base).chain_update(directories).chain_update(AGENT);
    whole.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

async fn derive(
    engine: &Arc<Engine>,
    maker: &Maker,
    id: &str,
    base: &str,
    name: &str,
) -> Result<(), RunnerError> {
    let mut labels = maker.identity.labels();
    // A container of ours is not one of the image's: whoever starts one of it owns that.
    let kept = labels.keys().map(|label| (label.clone(), String::new()));
    let kept: HashMap<String, String> = kept.chain([(BASE.to_owned(), base.to_owned())]).collect();
    labels.insert(BASE.to_owned(), base.to_owned());
    let body = ContainerCreateBody {
        image: Some(id.to_owned()),
        cmd: Some(vec![AGENT_PATH.to_owned()]),
        labels: Some(labels),
        ..ContainerCreateBody::default()
    };
    let container = Container::create(engine, body, maker).await?;
    let config = ContainerConfig { labels: Some(kept), ..ContainerConfig::default() };
    add_agent(engine, &container.id, name, config).await
}

/// The container is never started: its file system is only the base's.
async fn add_agent(
    engine: &Engine,
    container: &str,
    name: &str,
    config: ContainerConfig,
) -> Result<(), RunnerError> {
    let archive = archive().map_err(|error| RunnerError::Failed {
        action: "pack the agent".into(),
        source: Box::new(error),
    })?;
    let to_root = UploadToContainerOptionsBuilder::default().path("/").build();
    let body = bollard::body_full(archive.into());
    let uploaded = engine.docker.upload_to_container(container, Some(to_root), body).await;
    uploaded.map_err(failed("add the agent to an image"))?;
    let (repository, tag) = name.split_once(':').expect("we have given it a tag");
    let options =
        CommitContainerOptionsBuilder::default().container(container).repo(repository).tag(tag);
    let committed = engine.docker.commit_container(options.build(), config).await;
    committed.map(drop).map_err(failed("keep an image with the agent"))
}

/// Removes what was derived of this base before. What is still used stays, because nothing is
/// forced; what cannot be removed now is tried again with the next change.
async fn remove_old(engine: &Engine, base: &str, current: &str) {
    let label = format!("{BASE}={base}");
    let filters = HashMap::from([("label".to_owned(), vec![label])]);
    let options = ListImagesOptionsBuilder::default().filters(&filters).build();
    let images = engine.docker.list_images(Some(options)).await.unwrap_or_default();
    for image in images.iter().filter(|image| is_old(image, current)) {
        let options = RemoveImageOptionsBuilder::default().build();
        let removed = engine.docker.remove_image(&image.id, Some(options), None).await;
        tracing::info!(
            image = image.id,
            removed = removed.is_ok(),
            "a derived image is not needed"
        );
    }
}

fn is_old(image: &ImageSummary, current: &str) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let created = Duration::from_secs(u64::try_from(image.created).unwrap_or(0));
    let is_current = image.repo_tags.iter().any(|tag| tag == current);
    !is_current && now.saturating_sub(created) > KEPT
}

/// The agent, and the directory where programs work.
fn archive() -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for (directory, mode) in DIRECTORIES {
        let mut header = header(mode, 0);
        header.set_entry_type(tar::EntryType::Directory);
        archive.append_data(&mut header, directory, std::io::empty())?;
    }
    let mut header = header(0o755, AGENT.len() as u64);
    archive.append_data(&mut header, AGENT_PATH.trim_start_matches('/'), AGENT)?;
    archive.into_inner()
}

fn header(mode: u32, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_mode(mode);
    header.set_size(size);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Under runc, programs could not write to their own work directory.
    #[test]
    fn everybody_may_write_to_the_work_directory() {
        let bytes = archive().expect("packed");
        let mut archive = tar::Archive::new(bytes.as_slice());
        let mut entries = archive.entries().expect("an archive").flatten();
        let work = entries.find(|entry| entry.path_bytes().as_ref() == b"work/").expect("there");
        assert_eq!(work.header().mode().expect("a number"), 0o1777);
    }
}
