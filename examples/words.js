// Counts words.
//
//     lazaret run examples/words.js --arg text="to be or not to be"

async function main({ text }) {
  const counts = new Map();
  for (const word of text.split(/\s+/)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}
