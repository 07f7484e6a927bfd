// What: returns a value that pretends to be a promise, and answers for ever with another one.
// Expect: no_result | time_limit | cpu_limit | memory_limit
// Arguments: {}
// Result: none
// Limits: timeout=3s cpu=2s
const main = () => ({ then(resolve) { resolve(main()); } });
