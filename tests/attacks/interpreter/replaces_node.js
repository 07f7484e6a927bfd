// What: takes from the worker every function that it could still need. It chooses no status by that.
// Expect: success | no_result | program_error
// Arguments: {}
const fs = require('node:fs');
JSON.stringify = () => '{"status": "memory_limit"}';
fs.writeSync = (number, data) => data.length;
fs.closeSync = () => {};
Buffer.from = () => [];
process.exit = () => {};
Promise.prototype.then = () => {};
Function.prototype.call = Function.prototype.apply = () => 0;
const main = () => 1;
