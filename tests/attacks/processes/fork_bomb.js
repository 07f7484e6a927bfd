// What: starts processes as fast as an event loop can.
// Expect: process_limit
// Limits: timeout=30s cpu=60s memory=1GiB processes=32
const { spawn } = require('node:child_process');
const start = () => {
  for (let n = 0; n < 10; n += 1) spawn('sleep', ['1000']).on('error', () => {});
  setImmediate(start);
};
start();
