// What: a value that JSON does not have.
// Expect: program_error
// Arguments: {}
// Result: none
// Says: not JSON
const main = () => 10n ** 100n;
