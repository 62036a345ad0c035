import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// `npm run bench -- <name>` builds the benches and runs one; without a name it lists them.

const benches: Readonly<Record<string, string>> = {
  fanout: 'the cost of sending one tick to many sockets, compared with a raw broadcast and graphql-ws',
  'event-streams': 'the cost of sending one tick to many event streams, compared with WebSockets',
  watchlists: 'the cost of watch lists that differ, compared with a shared list and raw ws',
  latency: 'the time from a message of the exchange to the messages of the clients, compared with a relay with raw ws',
  stalled: 'the effect on others of one client that reads nothing of large subscriptions',
  queries: 'requests per second, compared with a plain HTTP server and other GraphQL servers',
  doors: 'what the same answer costs over GraphQL, REST and MCP',
  loop: 'how long a query of many cached candles blocks the event loop',
  start: 'the time to the first answer, and memory, of a server that has just started',
  screen: 'how long it takes until a screen of many markets is streamed, and how many messages that costs',
  ranking: 'how long screens of a whole exchange block the event loop, and how many calls they cost',
  hot: 'how long clients wait that ask for the same values again and again, and how old the values are',
  page: 'what the live page costs a browser, compared with plain JavaScript, and how soon it has prices',
  upstream: 'how many calls to an exchange many clients cause',
  cluster: 'how late ticks reach subscribers of other instances through Redis, and what that costs',
};

/** Runs a command in the root of the repository and ends this process with its exit code if it fails. */
function run(command: string, args: readonly string[]): void {
  const cwd = fileURLToPath(new URL('../', import.meta.url));
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const [name = ''] = process.argv.slice(2);
if (Object.hasOwn(benches, name)) {
  run('npm', ['run', '--silent', 'build:bench']);
  run(process.execPath, [`dist/bench/bench/${name}.js`]);
} else {
  const lines = Object.entries(benches).map(([bench, what]) => `  npm run bench -- ${bench.padEnd(13)} ${what}`);
  process.stderr.write(`${name === '' ? '' : `There is no bench ${name}.\n`}${lines.join('\n')}\n`);
  process.exitCode = 1;
}
