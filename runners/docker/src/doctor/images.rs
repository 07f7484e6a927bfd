//! Whether the images that the configuration names are there.

use lazaret_sandbox::{Diagnosis, Health, Interpreter};

use super::Patient;
use crate::image;

impl Patient<'_> {
    /// What was found of each, and whose image to try a sandbox with.
    pub(super) async fn images(&self) -> (Vec<Diagnosis>, Option<Interpreter>) {
        let mut diagnoses = Vec::new();
        let mut usable = Vec::new();
        for interpreter in Interpreter::ALL {
            let Some(base) = self.config.images.base(interpreter) else { continue };
            let found = self.image(interpreter, base).await;
            if found.health != Health::Fail {
                usable.push(interpreter);
            }
            diagnoses.push(found);
        }
        if diagnoses.is_empty() {
            let help = "set `docker.images.python`, `.node` or `.bash` to an image that has it";
            diagnoses.push(Diagnosis::fail("images", "none is configured", help));
        }
        // Bash, which comes last, uses least memory before it shows anything.
        (diagnoses, usable.pop())
    }

    async fn image(&self, interpreter: Interpreter, base: &str) -> Diagnosis {
        let (language, name) = (interpreter.name(), format!("image for {}", interpreter.name()));
        let id = match self.docker.inspect_image(base).await {
            Ok(found) => match image::unlimited(&found) {
                Some(volumes) => {
                    let found = format!("`{base}` cannot be used: {volumes}");
                    return Diagnosis::fail(name, found, image::WITHOUT_VOLUMES);
                }
                None => found.id.unwrap_or_default(),
            },
            Err(error) => {
                let help =
                    format!("docker pull {base}, or set `docker.images.{language}` to another");
                return Diagnosis::fail(name, format!("`{base}` cannot be had: {error}"), help);
            }
        };
        let derived = image::name(interpreter, &id);
        let found = match self.docker.inspect_image(&derived).await {
            Ok(_) => format!("`{base}`, with this agent as {derived}"),
            Err(_) => format!("`{base}`; the agent is added when it is first needed"),
        };
        Diagnosis::ok(name, found)
    }
}
