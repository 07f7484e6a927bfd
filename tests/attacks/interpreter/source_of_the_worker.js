// What: looks for the worker's own variables, and for what the built-in modules keep of it.
// Expect: success | program_error
// Arguments: {}
const main = () => {
  const seen = [];
  for (const name of ['run', 'load', 'writeResult', 'RESULT', 'ARGUMENTS', 'hideBuiltins', 'entry']) {
    try {
      (0, eval)(name);
      seen.push(name);
    } catch {}
  }
  if (seen.length > 0) console.log('ESCAPED: the worker\'s', seen);
  return 1;
};
