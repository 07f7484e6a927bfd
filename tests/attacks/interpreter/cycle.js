// What: a value that contains itself.
// Expect: program_error
// Arguments: {}
// Result: none
// Says: not JSON
const main = () => {
  const value = {};
  value.value = value;
  return value;
};
