import autocannon, { type LoadRequest } from 'autocannon';
import { type RequestKind, requestKinds } from './requests.ts';

// A process that sends requests of one kind over 32 connections for some seconds.

/** A command from the parent process. */
export interface LoadCommand {
  readonly type: 'run';
  readonly port: number;
  /** The name of the kind of request. */
  readonly kind: string;
  /** The number of the first request to send. */
  readonly from: number;
  readonly seconds: number;
  /** A shorter answer counts as failed. */
  readonly minLength: number;
}

/** The result. */
export interface LoadReport {
  readonly type: 'result';
  readonly requests: number;
  readonly seconds: number;
  /** In ms. */
  readonly p99: number;
  /** Answers that were not 200, had errors or were too short, and requests without an answer. */
  readonly failed: number;
  /** The number of the first request that was not sent. */
  readonly next: number;
}

const connections = 32;

process.on('message', (command: LoadCommand) => {
  const kind = requestKinds.find(({ name }) => name === command.kind);
  if (!kind) throw new Error(`no kind of request is called ${command.kind}`);
  run(command, kind).then(
    (report) => process.send?.(report),
    () => process.exit(1),
  );
});
process.on('disconnect', () => process.exit());

async function run(command: LoadCommand, kind: RequestKind): Promise<LoadReport> {
  let next = command.from;
  // One counter for all connections, so that no request is sent twice.
  const vary = (request: LoadRequest): LoadRequest => ({ ...request, body: kind.body(next++) });
  const result = await autocannon({
    url: `http://127.0.0.1:${command.port}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    connections,
    duration: command.seconds,
    requests: [kind.varies ? { setupRequest: vary } : { body: kind.body(0) }],
    // If a request fails, the answer begins with `errors`, or data is null and the answer too short.
    verifyBody: (body) => body.startsWith('{"data":{') && body.length >= command.minLength,
  });
  return {
    type: 'result',
    requests: result['2xx'],
    seconds: result.duration,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors + result.mismatches,
    next,
  };
}
