// What: gives every object properties, and every function another behaviour, before the worker goes on.
// Expect: success | no_result | program_error
// Arguments: {"n": 1}
for (const name of ['then', 'toJSON', 'limit', 'exit_code', 'main', 'status', 'fd', 'encoding', 'length', 'get', 'value']) {
  try {
    Object.defineProperty(Object.prototype, name, { value: () => 'memory_limit', configurable: true, writable: true });
  } catch {}
}
const main = ({ n }) => n;
