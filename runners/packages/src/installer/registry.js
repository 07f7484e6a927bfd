// How npm is told of a registry, and what it says. Everybody on a machine can read the words that a process is
// started with, and addresses may hold passwords: so they are in its environment, and in a file of its own.

const fs = require("node:fs");

const SETTINGS = "/tmp/npmrc";
// Of npm's last words.
const MOST_LINES = 40;

// A registry, as whoever its address says: with a name and a password, or with a token, `https://:token@…`.
// npm itself sends them with some of its requests alone.
function environment(index) {
  if (!index) return process.env;
  const address = new URL(index);
  const [name, password] = [address.username, address.password].map(decodeURIComponent);
  [address.username, address.password] = ["", ""];
  const place = `//${address.host}${address.pathname.replace(/\/?$/, "/")}`;
  const known = name ? `_auth=${Buffer.from(`${name}:${password}`).toString("base64")}` : `_authToken=${password}`;
  fs.writeFileSync(SETTINGS, name || password ? `${place}:${known}\n` : "", { mode: 0o600 });
  return { ...process.env, npm_config_registry: address.href, npm_config_userconfig: SETTINGS };
}

// Without where npm itself was, and where it has written what.
function last(words) {
  const lines = words.split("\n").map((line) => line.replace(/^npm (error|ERR!) ?/, ""));
  const useful = (line) => line.trim() && !/^\s+at |^\/tmp\/|A complete log|For a full report/.test(line);
  return lines.filter(useful).slice(-MOST_LINES).join("\n");
}

module.exports = { environment, last };
