// Installs packages of JavaScript into /install: resolves the requirements to a lock file, and installs
// what that says. No script of a package is run, unless `builds` is set.

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const { environment, last } = require("./registry.js");

const PLACE = "/install";
const CACHE = "/tmp/npm";
// Milliseconds between two looks at how much is done.
const ROUND = 200;

async function main({ requirements, pins, sources, builds, before }) {
  // Whoever is outside may be another user, and has to be able to remove what is left here.
  process.umask(0);
  const [dependencies, overrides] = [requirements, pins].map(Object.fromEntries);
  fs.writeFileSync(`${PLACE}/package.json`, JSON.stringify({ private: true, dependencies, overrides }));
  try {
    say("Resolving");
    await npm("install", ["--package-lock-only"], sources, builds);
    refuseOutside();
    const packages = locked();
    if (before !== null && sorted(packages) === sorted(before)) return { unchanged: true };
    say("Installing", 0);
    await npm("ci", [], sources, builds, sayShare);
    fs.mkdirSync(`${PLACE}/node_modules`, { recursive: true });
    const version = process.versions.modules;
    return { platform: `node abi ${version} ${os.platform()} ${os.arch()}`, packages };
  } catch (error) {
    return { failure: { words: error.message } };
  }
}

// A package may name addresses, repositories and directories for what it needs, which nobody has allowed to be
// asked. npm 11.14 and later refuse them because of `--allow-…=none`; this is for the others.
function refuseOutside() {
  for (const [path, { dependencies, optionalDependencies, peerDependencies }] of Object.entries(lock())) {
    const needs = Object.entries({ ...dependencies, ...optionalDependencies, ...peerDependencies });
    const outside = needs.find(([, wanted]) => /[:/]/.test(wanted) && !wanted.startsWith("npm:"));
    if (outside) throw new Error(`${path} needs ${outside[0]} from ${outside[1]}, which is not the registry`);
  }
}

// Every package that is installed, wherever it lies. What lies there under another name than its own is
// told as npm has it declared: `npm:name@1.0.0` in place of the version.
function locked() {
  const packages = Object.entries(lock()).filter(([path]) => path !== "");
  return packages.map(([path, { name, version, integrity }]) => {
    return [path.replace(/^node_modules\//, ""), name ? `npm:${name}@${version}` : version, integrity ?? ""];
  });
}

function lock() {
  return JSON.parse(fs.readFileSync(`${PLACE}/package-lock.json`)).packages;
}

function sorted(packages) {
  return JSON.stringify(packages.map((parts) => JSON.stringify(parts)).sort());
}

// Tells whoever waits: what is done now, and how much of it is. Either holds until it is told anew.
function say(words, share) {
  const percent = share === undefined ? "" : `[${Math.floor(share * 100)}%] `;
  process.stderr.write(`${percent}${words}\n`);
}

// How many of the packages are there, until nobody wants to know it any more. Those that are optional are
// often for other machines.
function sayShare() {
  const packages = Object.entries(lock()).filter(([path, { optional }]) => path !== "" && !optional);
  const all = packages.map(([path]) => path);
  let missing = all;
  return setInterval(() => {
    const still = missing.filter((path) => !fs.existsSync(`${PLACE}/${path}/package.json`));
    if (still.length !== missing.length) say("", 1 - still.length / all.length);
    missing = still;
  }, ROUND);
}

function npm(command, more, sources, builds, watch = () => undefined) {
  const options = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", `--cache=${CACHE}`];
  for (const kind of ["remote", "git", "file", "directory"]) options.push(`--allow-${kind}=none`);
  if (!builds) options.push("--ignore-scripts");
  if (sources.index === null) options.push("--offline");
  const env = environment(sources.index);
  const watching = watch();
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
  }).finally(() => clearInterval(watching));
}
