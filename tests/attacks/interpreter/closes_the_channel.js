// What: closes where its result goes, and returns.
// Expect: program_error | no_result
// Arguments: {}
// Result: none
const fs = require('node:fs');
const main = () => {
  fs.closeSync(3);
  return 1;
};
