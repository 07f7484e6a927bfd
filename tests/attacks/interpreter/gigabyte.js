// What: a value of half a gigabyte, as large as Node makes one.
// Expect: output_limit | memory_limit
// Arguments: {}
// Result: none
// Limits: timeout=60s cpu=60s
const main = () => 'x'.repeat(2 ** 29 - 100);
