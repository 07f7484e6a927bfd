// What: returns, and then does not end: Node waits for a timer.
// Expect: time_limit | success
// Arguments: {}
// Limits: timeout=1s
const main = () => {
  setInterval(() => {}, 1000);
  return 1;
};
