// What: throws what is no error, and what throws again when it is looked at.
// Expect: program_error | no_result
// Arguments: {}
// Result: none
const main = async () => {
  throw new Proxy({}, {
    get() { throw main; },
    getPrototypeOf() { throw main; },
    ownKeys() { throw main; },
  });
};
