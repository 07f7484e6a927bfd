// What: burns processor time, in an event loop that nothing else gets a turn of.
// Expect: cpu_limit
// Limits: timeout=30s cpu=1s
for (;;);
