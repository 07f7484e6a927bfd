// What: a result that throws, ends the program, or grows without end while it is encoded.
// Expect: program_error | no_result
// Arguments: {}
// Result: none
const main = () => ({
  get first() { throw new Error('not today'); },
  toJSON() { process.exitCode = 0; throw null; },
});
