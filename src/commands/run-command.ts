import { explainStartFailure } from '../app/process/start-failure.ts';
import { MarketDataError } from '../market/errors.ts';
import { readVersion } from '../telemetry/metrics/version.ts';
import { findCommand, nameHelp, toHelp } from './help.ts';
import { exitCode, type Terminal } from './terminal/command.ts';
import { unknownOption } from './terminal/parse-arguments.ts';
import { UsageError } from './terminal/usage-error.ts';

const helpOptions: ReadonlySet<string> = new Set(['--help', '-h']);
const versionOptions: ReadonlySet<string> = new Set(['--version', '-v']);

/** Runs the command that the arguments of the process name. Resolves with the exit code, and never rejects. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const code = await dispatch(args, terminal);
    const { failure } = terminal.out;
    if (failure === null) return code;
    await terminal.err.write(
      `tickql: Standard output could not be written (${failure}), so the answer is incomplete.\n`,
    );
    return exitCode.failure;
  } catch (error) {
    if (error instanceof UsageError) {
      await terminal.err.write(`tickql: ${error.message} See ${nameHelp(args[0])}.\n`);
      return exitCode.usage;
    }
    if (terminal.signal.aborted) return exitCode.interrupted;
    await terminal.err.write(`tickql: ${toSentence(error)}\n`);
    return exitCode.failure;
  }
}

async function dispatch([name = '', ...rest]: readonly string[], terminal: Terminal): Promise<number> {
  if (versionOptions.has(name)) return print(`${readVersion()}\n`, terminal);
  if (helpOptions.has(name)) return print(toHelp(), terminal);
  if (name === 'help') return print(toHelp(rest[0]), terminal);
  if (isOption(name)) throw notAnOption(name);
  const command = findCommand(name);
  if (rest.some((each) => helpOptions.has(each))) return print(toHelp(name), terminal);
  const run = await command.load();
  return run(rest, terminal);
}

async function print(text: string, { out }: Terminal): Promise<number> {
  await out.write(text);
  return exitCode.ok;
}

function notAnOption(name: string): UsageError {
  const { message } = unknownOption(name, ['version']);
  return new UsageError(`${message} Settings are environment variables, as in PORT=8080 tickql.`);
}

function isOption(name: string | undefined): boolean {
  return name?.startsWith('-') ?? false;
}

function toSentence(error: unknown): string {
  return error instanceof MarketDataError ? error.message : explainStartFailure(error);
}
