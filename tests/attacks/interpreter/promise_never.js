// What: `main` waits for what never comes, and there is nothing left to do.
// Expect: no_result | program_error
// Arguments: {}
// Result: none
const main = () => new Promise(() => {});
