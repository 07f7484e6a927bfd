// What: prints for ever, to standard error.
// Expect: output_limit
// Limits: timeout=30s output=64KiB
const fs = require('node:fs');
for (;;) {
  try {
    fs.writeSync(2, 'x'.repeat(10_000));
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error;
  }
}
