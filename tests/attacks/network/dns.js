// What: has names resolved: what leaves with the question is out, whatever the answer is.
// Expect: success
// Stdout: tried
const dns = require('node:dns');
const resolver = new dns.promises.Resolver({ timeout: 500, tries: 1 });
(async () => {
  for (const server of [undefined, '8.8.8.8', '127.0.0.11', '169.254.169.253']) {
    try {
      if (server) resolver.setServers([server]);
      const found = await resolver.resolve4('example.com');
      console.log('ESCAPED: resolved', found);
    } catch {}
  }
  try {
    console.log('ESCAPED: looked up', await dns.promises.lookup('example.com'));
  } catch {}
  console.log('tried');
})();
