// Looks whether an installer could do its work: fill its directory, start npm, and be answered by the
// registry.

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const { environment, last } = require("./registry.js");

const PATIENCE = 10_000;

function main({ index }) {
  fs.writeFileSync("/install/trial", "");
  fs.rmSync("/install/trial");
  try {
    const env = environment(index);
    const command = index ? ["view", "isarray", "version"] : ["--version"];
    const options = ["--cache=/tmp/npm", "--fetch-retries=0", "--no-update-notifier", "--loglevel=error"];
    execFileSync("npm", [...command, ...options], { env, timeout: PATIENCE, stdio: "pipe" });
  } catch (error) {
    const words = last(String(error.stderr ?? "")) || error.message;
    // That it has no such package is an answer.
    if (!words.includes("E404")) return { failure: { words } };
  }
  return { unchanged: true };
}
