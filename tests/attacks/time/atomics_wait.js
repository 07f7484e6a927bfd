// What: the only thread of Node waits for what never happens, below the event loop.
// Expect: time_limit
// Limits: timeout=1s
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
