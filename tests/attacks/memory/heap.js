// What: fills JavaScript's heap, which has a limit of its own that is not ours.
// Expect: memory_limit
// Limits: timeout=30s memory=128MiB
const kept = [];
for (;;) kept.push({ text: String(Math.random()), list: new Array(100).fill(kept.length) });
