//! Base images with our agent added.
//!
//! An image is derived once for each pair of base and agent, and its tag is the digest of both and of
//! how they are put together: when one of them changes, the next run derives anew.

use std::fmt::Write;

use bollard::models::{ContainerConfig, ContainerCreateBody};
use bollard::query_parameters::{
    CommitContainerOptionsBuilder, CreateContainerOptions, RemoveContainerOptionsBuilder,
    UploadToContainerOptionsBuilder,
};
use lazaret_agent::AGENT;
use lazaret_sandbox::{Interpreter, RunnerError};
use sha2::{Digest, Sha256};

use crate::engine::{Engine, failed};

/// The agent's place in derived images.
pub(crate) const AGENT_PATH: &str = "/.lazaret/agent";

/// What is added to a base, beside the agent: the directories, and their modes. Where a file system
/// is mounted, runc gives it the mode of the directory below, whatever the mount asks for.
const DIRECTORIES: [(&str, u32); 2] = [(".lazaret/", 0o755), ("work/", 0o1777)];

/// The name of the base image with the agent added; made where it is not there.
pub(crate) async fn derived(
    engine: &Engine,
    interpreter: Interpreter,
    base: &str,
) -> Result<String, RunnerError> {
    let found = engine.docker.inspect_image(base).await;
    let id = found.map_err(|error| missing(interpreter, base, error))?.id.unwrap_or_default();
    let (repository, tag) = (format!("lazaret/{}", interpreter.name()), digest(&id));
    let name = format!("{repository}:{tag}");
    if engine.docker.inspect_image(&name).await.is_err() {
        derive(engine, &id, &repository, &tag).await?;
    }
    Ok(name)
}

fn missing(interpreter: Interpreter, base: &str, error: bollard::errors::Error) -> RunnerError {
    RunnerError::Part {
        part: format!("the image `{base}`"),
        help: format!("pull or build it, or set `docker.images.{}` to another", interpreter.name()),
        source: Box::new(error),
    }
}

fn digest(base: &str) -> String {
    let directories = format!("{DIRECTORIES:?}");
    let whole = Sha256::new().chain_update(base).chain_update(directories).chain_update(AGENT);
    let digest = whole.finalize();
    // As many digits as tell images apart.
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

async fn derive(
    engine: &Engine,
    base: &str,
    repository: &str,
    tag: &str,
) -> Result<(), RunnerError> {
    let docker = &engine.docker;
    let body = ContainerCreateBody {
        image: Some(base.to_owned()),
        cmd: Some(vec![AGENT_PATH.to_owned()]),
        ..ContainerCreateBody::default()
    };
    let created = docker.create_container(None::<CreateContainerOptions>, body).await;
    let id = created.map_err(failed("create a container to add the agent to"))?.id;
    let added = add_agent(engine, &id, repository, tag).await;
    let force = RemoveContainerOptionsBuilder::default().force(true).build();
    docker.remove_container(&id, Some(force)).await.map_err(failed("remove a container"))?;
    added
}

/// The container is never started: its file system is only the base's.
async fn add_agent(
    engine: &Engine,
    container: &str,
    repository: &str,
    tag: &str,
) -> Result<(), RunnerError> {
    let archive = archive().map_err(|error| RunnerError::Failed {
        action: "pack the agent".into(),
        source: Box::new(error),
    })?;
    let to_root = UploadToContainerOptionsBuilder::default().path("/").build();
    let body = bollard::body_full(archive.into());
    let uploaded = engine.docker.upload_to_container(container, Some(to_root), body).await;
    uploaded.map_err(failed("add the agent to an image"))?;
    let options =
        CommitContainerOptionsBuilder::default().container(container).repo(repository).tag(tag);
    let committed =
        engine.docker.commit_container(options.build(), ContainerConfig::default()).await;
    committed.map(drop).map_err(failed("keep an image with the agent"))
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
