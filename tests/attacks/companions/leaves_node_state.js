// What: puts modules and settings where Node looks for them, and changes what it has.
// Expect: success
// Stdout: left
const fs = require('node:fs');
const path = require('node:path');
const os = require('node:os');
const HOOK = "globalThis.attackWasHere = true; console.log('ESCAPED: a hook ran');";
const places = [process.cwd(), os.homedir(), '/tmp', '/', path.dirname(process.execPath), '/usr/lib/node'];
for (const place of places) {
  for (const name of ['node_modules/left/index.js', '.node_modules/left/index.js', '.node_libraries/left/index.js', '.npmrc', '.noderc', 'package.json']) {
    try {
      fs.mkdirSync(path.dirname(path.join(place, name)), { recursive: true });
      fs.writeFileSync(path.join(place, name), name.endsWith('.js') ? HOOK : '{"type": "module"}');
    } catch {}
  }
}
Object.prototype.attackWasHere = true;
JSON.parse = () => 'ESCAPED: not our JSON';
console.log('left');
