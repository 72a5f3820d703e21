// The official TypeScript SDK's client: reads steps as JSON from the command line, prints what came of each as JSON lines.
// usage: client.mjs stdio COMMAND... -- STEPS   |   client.mjs http URL TOKEN -- STEPS
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.env.SDK_ROOT + '/package.json');
const load = async (name) => import(pathToFileURL(require.resolve('@modelcontextprotocol/sdk/' + name)).href);
const { Client } = await load('client/index.js');
const at = process.argv.lastIndexOf('--');
const [kind, ...how] = process.argv.slice(2, at);
const steps = JSON.parse(process.argv[at + 1]);
const client = new Client({ name: 'ts', version: '1' }, { capabilities: {} });
if (kind === 'stdio') {
  const { StdioClientTransport } = await load('client/stdio.js');
  await client.connect(new StdioClientTransport({ command: how[0], args: how.slice(1), stderr: 'ignore' }));
} else {
  const { StreamableHTTPClientTransport } = await load('client/streamableHttp.js');
  await client.connect(new StreamableHTTPClientTransport(new URL(how[0]), { requestInit: { headers: { Authorization: 'Bearer ' + how[1] } } }));
}
for (const [method, params] of steps) {
  try {
    const progress = [];
    const options = params && params.progress ? { onprogress: (p) => progress.push(p) } : {};
    if (params) delete params.progress;
    const result = method === 'list' ? await client.listTools() : method === 'ping' ? await client.ping() : method === 'read' ? await client.readResource(params) : await client.callTool(params, undefined, options);
    console.log(JSON.stringify({ result, progress: progress.length }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.message) }));
  }
}
await client.close();
process.exit(0);
