#!/usr/bin/env node
const args = process.argv.slice(2);

// Only the code that is needed is loaded, so that a command does not delay the start of the server.
if (args.length === 0) {
  const { run } = await import('./app/process/run.ts');
  run();
} else {
  const { runAsProcess } = await import('./commands/run-as-process.ts');
  await runAsProcess(args);
}
