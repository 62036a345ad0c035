import { commandNames, commands } from './commands.ts';
import type { Command } from './terminal/command.ts';
import { didYouMean, UsageError } from './terminal/usage-error.ts';

const general = `TickQL: crypto market data over GraphQL, REST and MCP.

Usage: tickql                       starts the server on http://localhost:4000
       tickql <command> [options]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`).join('\n')}
  help     says more about a command: tickql help query

Options:
  -h, --help      this text
  -v, --version   the version of TickQL

Settings are environment variables, the same for the server and all commands: PORT=8080 tickql. The
exchange sim is built in; its prices are made up, and it needs no network.
`;

/** A setting as somebody writes it who takes it for an argument. */
const setting = /^[A-Z][A-Z0-9_]*=/;

/** The help for a command; without a name, for all. */
export function toHelp(name?: string): string {
  if (name === undefined || name === 'help') return general;
  const command = findCommand(name);
  return `Usage: ${toUsage(command)}\n\n${capitalize(command.summary)}.\n\n${command.details}\n`;
}

/** Names the command whose output helps somebody who has called a command with this name in a wrong way. */
export function nameHelp(name: string | undefined): string {
  return commands.some((command) => command.name === name) ? `tickql help ${name}` : 'tickql --help';
}

/** Throws a UsageError that suggests the nearest commands. */
export function findCommand(name: string): Command {
  const command = commands.find((each) => each.name === name);
  if (command) return command;
  if (setting.test(name)) {
    const message = `${name} is not a command: settings are environment variables, as in PORT=8080 tickql.`;
    throw new UsageError(message);
  }
  const others = didYouMean(name, [...commandNames, '--version']) || ` The commands are ${commandNames.join(', ')}.`;
  throw new UsageError(`There is no command ${name}.${others} Without a command, tickql starts the server.`);
}

export function toUsage({ name, parameters }: Command): string {
  return `tickql ${name} ${parameters}`.trimEnd();
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
