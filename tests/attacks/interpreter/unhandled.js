// What: returns, and leaves a rejection that nobody handles.
// Expect: program_error | success
// Arguments: {}
const main = () => {
  Promise.reject(new Error('nobody handles this'));
  return 1;
};
