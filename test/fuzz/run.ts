import type { Measurement } from '../support/server/measured-process.ts';
import { playDocuments } from './documents/play-documents.ts';
import { type Summary, slowestOf } from './findings.ts';
import { type FuzzedServer, startFuzzedServer } from './server.ts';
import { playSequences } from './sockets/play-sequences.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** The number of the first case of each kind; used to repeat a single case. */
  readonly from: number;
  readonly documents: number;
  readonly sequences: number;
  /** Called after each part with its kind, the number of cases so far and a measurement of the server. */
  readonly onProgress?: (kind: string, done: number, measured: Measurement) => void;
}

/** The result of a run. */
export interface FuzzReport {
  readonly documents: Summary;
  readonly sequences: Summary;
  /** Log lines with level error, such as masked errors. */
  readonly failures: readonly string[];
  /** Before the first case. */
  readonly before: Measurement;
  /** After half of the cases of either kind, without any connection, when the caches are full. */
  readonly half: Measurement;
  /** After the last case, without any connection. */
  readonly after: Measurement;
  /** Counts that did not return to zero. */
  readonly leftovers: readonly string[];
  /** The longest block of its event loop, in ms. */
  readonly longestBlockMs: number;
}

/** How long live feeds may take to end after the last client has left, in ms. */
const settleMs = 30_000;

/** Sends documents and frame sequences to a server of its own. Rejects if the server dies. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, from, onProgress } = options;
  const server = await startFuzzedServer();
  let longestBlockMs = 0;
  const measure = async (): Promise<Measurement> => {
    const measured = await server.app.measure();
    longestBlockMs = Math.max(longestBlockMs, measured.longestBlockMs);
    return measured;
  };
  async function part(kind: 'documents' | 'sequences', first: number, count: number): Promise<Summary> {
    const play = kind === 'documents' ? playDocuments : playSequences;
    return play(server, {
      seed,
      from: from + first,
      count,
      onProgress: async (done) => {
        if (done % 1000 === 0 || done === count) onProgress?.(kind, first + done, await measure());
      },
    });
  }

  try {
    const before = await measure();
    const early = [Math.ceil(options.documents / 2), Math.ceil(options.sequences / 2)] as const;
    const firstHalf = [await part('documents', 0, early[0]), await part('sequences', 0, early[1])] as const;
    await settle(server, measure);
    const half = await measure();
    const documents = await part('documents', early[0], options.documents - early[0]);
    const sequences = await part('sequences', early[1], options.sequences - early[1]);
    const after = await settle(server, measure);
    return {
      documents: join(firstHalf[0], documents),
      sequences: join(firstHalf[1], sequences),
      failures: server.app.failures,
      before,
      half,
      after,
      leftovers: leftoversOf(after),
      longestBlockMs,
    };
  } finally {
    await server.stop();
  }
}

/** Waits until nothing is live any more, up to `settleMs`. */
async function settle({ agent }: FuzzedServer, measure: () => Promise<Measurement>): Promise<Measurement> {
  agent.destroy();
  const until = Date.now() + settleMs;
  for (;;) {
    const measured = await measure();
    if (leftoversOf(measured).length === 0 || Date.now() > until) return measured;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function leftoversOf({ counts }: Measurement): readonly string[] {
  return Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
}

function join(one: Summary, other: Summary): Summary {
  const outcomes = new Map(one.outcomes);
  for (const [name, count] of other.outcomes) outcomes.set(name, (outcomes.get(name) ?? 0) + count);
  return {
    cases: one.cases + other.cases,
    findings: [...one.findings, ...other.findings],
    outcomes,
    slowest: slowestOf(one.slowest, other.slowest),
    blocks: slowestOf(one.blocks, other.blocks),
  };
}
