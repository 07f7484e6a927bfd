// What: declares what the worker declares, hoisted, in sloppy mode, and twice.
// Expect: success
// Arguments: {"n": 1}
// Result: 2
function main() { return 1; }
function run() { process.exit(3); }
function load() { process.exit(3); }
function writeResult() { process.exit(3); }
var fs = { writeSync() { process.exit(3); } };
var path = 3, vm = 3, entry = '/etc/passwd', RESULT = 1, parse = 3, stringify = 3;
function main() { return 2; }
