// What: a text that no encoding can hold. JavaScript can say it in JSON, and others cannot read it.
// Expect: no_result | program_error
// Arguments: {}
// Result: none
const main = () => '\ud800';
