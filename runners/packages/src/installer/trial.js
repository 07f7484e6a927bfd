// Looks whether an installer could do its work: fill its directory, start npm, and reach the index, or the
// proxy before it.

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const tls = require("node:tls");

const PATIENCE = 5000;
const CERTIFICATES = "/work/certificates.pem";

async function main({ address }) {
  fs.writeFileSync("/install/trial", "");
  fs.rmSync("/install/trial");
  try {
    execFileSync("npm", ["--version"], { timeout: PATIENCE });
    if (address) await reach(new URL(address));
  } catch (error) {
    return { failure: { words: error.message } };
  }
  return { unchanged: true };
}

function reach({ protocol, hostname, port }) {
  const isSafe = protocol === "https:";
  // An address of version 6 stands in brackets.
  const host = hostname.replace(/^\[|\]$/g, "");
  const place = { host, port: Number(port) || (isSafe ? 443 : 80) };
  return new Promise((resolve, reject) => {
    const connected = () => resolve(connection.destroy());
    const options = { ...place, ca: authorities(), servername: net.isIP(host) ? "" : host };
    const connection = isSafe ? tls.connect(options, connected) : net.connect(place, connected);
    connection.on("error", reject);
    connection.setTimeout(PATIENCE, () => connection.destroy(new Error("timed out")));
  });
}

function authorities() {
  const more = fs.existsSync(CERTIFICATES) ? [fs.readFileSync(CERTIFICATES, "utf8")] : [];
  return [...tls.rootCertificates, ...more];
}
