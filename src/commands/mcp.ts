import { withLocalApp } from '../app/process/local-app.ts';
import { serveMcpOverStdio } from '../server/mcp/stdio.ts';
import { readVersion } from '../telemetry/metrics/version.ts';
import { exitCode, type RunCommand } from './terminal/command.ts';
import { parseArguments } from './terminal/parse-arguments.ts';
import { whenAborted } from './terminal/when-aborted.ts';

/** Serves MCP until standard input ends, or the signal aborts. */
export const mcp: RunCommand = async (args, { env, clock, signal }) => {
  parseArguments({ args: [...args] });
  await withLocalApp(env, ({ fields, engine }) =>
    Promise.race([serveMcpOverStdio({ fields, engine, clock, readVersion }), whenAborted(signal)]),
  );
  return exitCode.ok;
};
