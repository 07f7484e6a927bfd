// What: fills memory outside of JavaScript's heap.
// Expect: memory_limit
// Limits: timeout=30s memory=128MiB
const kept = [];
for (;;) kept.push(Buffer.alloc(1_000_000, 'x'));
