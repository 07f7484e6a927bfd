// What: numbers that JSON does not have.
// Expect: success
// Arguments: {}
// Result: [null,null,0]
const main = () => [NaN, -Infinity, -0];
