// What: fills the place for shared memory.
// Expect: disk_limit
// Limits: timeout=30s memory=256MiB disk=16MiB
const fs = require('node:fs');
try {
  const file = fs.openSync('/dev/shm/large', 'w');
  for (let n = 0; n < 64; n += 1) fs.writeSync(file, Buffer.alloc(1_000_000, 'x'));
  console.log('ESCAPED: 64 MB');
} catch (error) {
  console.log(error.code);
}
