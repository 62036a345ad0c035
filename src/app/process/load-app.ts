/**
 * Loads the app part by part. Node opens all files of a module graph before it reads the first one. For the whole server,
 * these are about 250, and macOS allows a process 256 by default.
 */
export async function loadApp(): Promise<typeof import('../create-app.ts')> {
  await import('graphql');
  await import('graphql-yoga');
  await import('../open-exchanges.ts');
  await import('../wire-cluster.ts');
  await import('../wire-market-data.ts');
  await import('../../graphql/engine.ts');
  await import('../wire-server.ts');
  return import('../create-app.ts');
}
