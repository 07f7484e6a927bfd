// What: modules beside it have the names of Node's own, and a package says how to start.
// Expect: success
// Arguments: {"n": 1}
// Result: [1,"function"]
const main = ({ n }) => [n, typeof require('fs').readFileSync];
