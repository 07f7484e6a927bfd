// What: opens the debugger, by which Node does whatever it is told, and waits for somebody.
// Expect: time_limit | program_error
// Limits: timeout=2s
const inspector = require('node:inspector');
inspector.open(0, '0.0.0.0', false);
process.kill(process.pid, 'SIGUSR1');
inspector.waitForDebugger();
