// What: a hundred worker threads of Node, each with a heap of its own.
// Expect: process_limit
// Limits: timeout=30s cpu=60s memory=2GiB processes=32
const { Worker } = require('node:worker_threads');
for (let n = 0; n < 100; n += 1) {
  new Worker('setInterval(() => {}, 1000)', { eval: true }).on('error', () => {});
}
