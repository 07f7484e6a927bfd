// What: a program that means well.
// Expect: success
// Stdout: well
console.log('well');
