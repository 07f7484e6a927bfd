// What: ends with 0 before `main` returns.
// Expect: no_result
// Exit: 0
// Arguments: {}
// Result: none
const main = () => process.exit(0);
