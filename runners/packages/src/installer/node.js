// Installs packages of JavaScript into /install: resolves the requirements to a lock file, and installs
// what that says. No script of a package is run.

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");

const PLACE = "/install";
const CACHE = "/tmp/npm";
// Of npm's last words.
const MOST_LINES = 40;

async function main({ requirements, sources, builds, before }) {
  // Whoever is outside may be another user, and has to be able to remove what is left here.
  process.umask(0);
  const dependencies = Object.fromEntries(requirements);
  fs.writeFileSync(`${PLACE}/package.json`, JSON.stringify({ private: true, dependencies }));
  try {
    await npm("install", ["--package-lock-only"], sources, builds);
    const packages = locked();
    if (before !== null && sorted(packages) === sorted(before)) return { unchanged: true };
    await npm("ci", [], sources, builds);
    fs.mkdirSync(`${PLACE}/node_modules`, { recursive: true });
    const version = process.versions.modules;
    return { platform: `node abi ${version} ${os.platform()} ${os.arch()}`, packages };
  } catch (error) {
    return { failure: { words: error.message } };
  }
}

// Every package that is installed, wherever it lies. What lies there under another name than its own is
// told as npm has it declared: `npm:name@1.0.0` in place of the version.
function locked() {
  const lock = JSON.parse(fs.readFileSync(`${PLACE}/package-lock.json`));
  const packages = Object.entries(lock.packages).filter(([path]) => path !== "");
  return packages.map(([path, { name, version, integrity }]) => {
    return [path.replace(/^node_modules\//, ""), name ? `npm:${name}@${version}` : version, integrity ?? ""];
  });
}

function sorted(packages) {
  return JSON.stringify(packages.map((parts) => JSON.stringify(parts)).sort());
}

// Without where npm itself was, and where it has written what.
function last(words) {
  const lines = words.split("\n").map((line) => line.replace(/^npm (error|ERR!) ?/, ""));
  const useful = (line) => line.trim() && !/^\s+at |^\/tmp\/|A complete log|For a full report/.test(line);
  return lines.filter(useful).slice(-MOST_LINES).join("\n");
}

function npm(command, more, sources, builds) {
  const options = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", `--cache=${CACHE}`];
  if (!builds) options.push("--ignore-scripts");
  if (sources.index === null) options.push("--offline");
  // Everybody on a machine can read the words that a process is started with; addresses may hold passwords.
  const env = sources.index === null ? process.env : { ...process.env, npm_config_registry: sources.index };
  process.stderr.write(command === "ci" ? "Installing\n" : "Resolving\n");
  return new Promise((resolve, reject) => {
    const child = spawn("npm", [command, ...more, ...options], { cwd: PLACE, env, stdio: ["ignore", "ignore", "pipe"] });
    let words = "";
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text) => {
      process.stderr.write(text);
      words += text;
    });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(last(words) || `npm ended with ${code}`))));
  });
}
