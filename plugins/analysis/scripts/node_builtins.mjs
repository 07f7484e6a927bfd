// Writes data/node-builtin-modules.txt: what this Node.js has, and what newer ones added.
//
// `builtinModules` leaves out the modules that exist with their prefix only in some releases;
// those are named here, from https://nodejs.org/api/modules.html#built-in-modules-with-mandatory-node-prefix
import { builtinModules } from 'node:module';
import { writeFileSync } from 'node:fs';

const PREFIX_ONLY = ['node:sea', 'node:sqlite', 'node:test', 'node:test/reporters'];
const output = new URL('../data/node-builtin-modules.txt', import.meta.url);
const header = `# Modules that come with Node.js, as they are written without \`node:\` where that works.
# Written by scripts/node_builtins.mjs with Node.js ${process.version}.
`;
const names = new Set([...builtinModules, ...PREFIX_ONLY]);
writeFileSync(output, header + [...names].sort().join('\n') + '\n');
