// What: burns processor time in several threads, each of which stays below the limit for longer.
// Expect: cpu_limit
// Limits: timeout=30s cpu=2s processes=128 memory=512MiB
const { Worker } = require('node:worker_threads');
for (let n = 0; n < 4; n += 1) new Worker('for (;;);', { eval: true });
