// What: looks for what the run before it changed in Node.
// Expect: success
// After: leaves_node_state.js
// Arguments: {"text": "[1, 2]"}
// Result: [[1,2],false,false]
const main = ({ text }) => {
  let left = false;
  try {
    require('left');
    left = true;
  } catch {}
  return [JSON.parse(text), 'attackWasHere' in {}, left];
};
