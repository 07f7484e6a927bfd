// What: fetches a page, and listens for whoever would call.
// Expect: success
// Stdout: tried
const net = require('node:net');
const attempts = process.env.HOST_ADDRESSES.split(' ').map((host) => new Promise((resolve) => {
  const socket = net.connect({ host, port: Number(process.env.HOST_PORT), timeout: 500 });
  const end = () => { socket.destroy(); resolve(); };
  socket.on('connect', () => { console.log('ESCAPED: reached', host); end(); });
  socket.on('error', end).on('timeout', end);
}));
(async () => {
  await Promise.all(attempts);
  for (const url of ['http://1.1.1.1/', 'http://example.com/']) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(500) });
      console.log('ESCAPED: fetched', url, answer.status);
    } catch {}
  }
  console.log('tried');
})();
