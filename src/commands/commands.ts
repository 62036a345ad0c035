import type { Command } from './terminal/command.ts';

/** The commands, in the order in which `tickql --help` lists them. Their code is loaded only when they run. */
export const commands: readonly Command[] = [
  {
    name: 'query',
    parameters: "'<graphql>' [--variables '<json>'] [--operation <name>]",
    summary: 'answers one GraphQL query and prints the answer as JSON',
    details: `The answer is that of the server: data, errors or both. With - instead of the query, standard input
has it. A subscription is an error: see tickql watch.

  --variables '<json>'   the variables of the query, a JSON object
  --operation <name>     which operation to run, if there are several

Exit code: 0, or 1 if the answer has errors, or 2 if the command itself is wrong.

  tickql query '{ ticker(exchange: "sim", symbol: "BTC/USDT") { last stale } }'`,
    load: async () => (await import('./query.ts')).query,
  },
  {
    name: 'watch',
    parameters: '<exchange> <symbol> [more symbols]',
    summary: 'shows prices live, until Ctrl-C',
    details: `On a terminal, there is one line per market, which is rewritten in place. Elsewhere, and with
TERM=dumb, each change is one line, which begins with the time. Symbols are written BTC/USDT or
BTC-USDT; a contract is BTC/USDT:USDT.

Exit code: 0 after Ctrl-C, or 1 if there is nothing to show, or 2 if the command itself is wrong.

  tickql watch sim BTC/USDT ETH/USDT`,
    load: async () => (await import('./watch/watch.ts')).watch,
  },
  {
    name: 'mcp',
    parameters: '',
    summary: 'serves the Model Context Protocol over standard input and output',
    details: `For agents that start their servers themselves: in the configuration of the agent, set the command
tickql with the argument mcp. A server started with tickql serves the same tools at /mcp.`,
    load: async () => (await import('./mcp.ts')).mcp,
  },
  {
    name: 'schema',
    parameters: '',
    summary: 'prints the GraphQL schema',
    details: 'It is in the schema language of GraphQL, with a description of every field.',
    load: async () => (await import('./schema.ts')).schema,
  },
];

/** The names of all commands, with those of `runCommand` itself. */
export const commandNames: readonly string[] = [...commands.map(({ name }) => name), 'help'];
