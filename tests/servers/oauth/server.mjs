// An OAuth 2.0 server with a resource behind it: /token gives tokens, /me says whose token it is shown.
// Arguments: a JSON object {"clients": [...], "scopes": [...], "cert": PATH, "key": PATH}.
// Prints {"http": ORIGIN, "https": ORIGIN} when it listens, and ends when its standard input does.

import http from 'node:http';
import https from 'node:https';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const given = JSON.parse(process.argv[2]);
const RESOURCE = 'urn:test:resource';

const provider = new Provider('http://127.0.0.1', {
  clients: given.clients.map((client) => ({
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    ...client,
  })),
  scopes: given.scopes,
  ttl: { ClientCredentials: (ctx, token) => (token.scope?.includes('brief') ? 2 : 600) },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => RESOURCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: given.scopes.join(' '), accessTokenFormat: 'opaque' }),
    },
  },
});

let fetched = 0;
provider.on('grant.success', () => { fetched += 1; });

// What protects a resource asks the server's own store, as a resource server would by introspection.
provider.use(async (ctx, next) => {
  if (ctx.path === '/fetched') {
    ctx.body = { fetched };
    return;
  }
  if (ctx.path !== '/me') {
    await next();
    return;
  }
  const [scheme, value] = (ctx.get('authorization') || ctx.get('x-token')).split(' ');
  const token = await provider.ClientCredentials.find(scheme === 'Bearer' ? value : scheme);
  if (!token?.isValid) {
    ctx.status = 401;
    ctx.set('www-authenticate', 'Bearer error="invalid_token"');
    ctx.body = { error: 'invalid_token' };
    return;
  }
  ctx.body = { client: token.clientId, scope: token.scope ?? null, scheme };
});

const servers = [
  http.createServer(provider.callback()),
  https.createServer({ cert: readFileSync(given.cert), key: readFileSync(given.key) }, provider.callback()),
];
for (const server of servers) {
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
}
const [plain, secure] = servers.map((server) => server.address().port);
console.log(JSON.stringify({ http: `http://127.0.0.1:${plain}`, https: `https://127.0.0.1:${secure}` }));
process.stdin.resume().on('end', () => process.exit(0));
