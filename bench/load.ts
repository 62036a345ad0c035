import { PostConnection } from './post-connection.ts';
import { percentile } from './processes.ts';
import { type RequestKind, requestKinds } from './requests.ts';

// A process that sends requests of one kind over 32 connections for some seconds. It must cost less than the server that
// it measures: with autocannon, the client was the bottleneck, and all fast servers looked alike.

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

async function run({ port, from, seconds, minLength }: LoadCommand, kind: RequestKind): Promise<LoadReport> {
  let next = from;
  let failed = 0;
  const latencies: number[] = [];
  const begunAt = performance.now();
  const endsAt = begunAt + seconds * 1000;

  async function send(connection: PostConnection): Promise<void> {
    for (let sentAt = performance.now(); sentAt < endsAt; ) {
      // One counter for all connections, so that no request is sent twice.
      const isAnswered = await connection.post(kind.body(kind.varies ? next++ : 0), minLength);
      const answeredAt = performance.now();
      if (isAnswered) latencies.push(answeredAt - sentAt);
      else failed += 1;
      sentAt = answeredAt;
    }
    connection.close();
  }

  const opened = await Promise.all(Array.from({ length: connections }, () => PostConnection.open(port)));
  await Promise.all(opened.map(send));
  const elapsed = (performance.now() - begunAt) / 1000;
  const p99 = percentile(
    latencies.sort((a, b) => a - b),
    0.99,
  );
  return { type: 'result', requests: latencies.length, seconds: elapsed, p99, failed, next };
}
