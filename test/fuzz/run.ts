import type { Measurement } from '../support/server/measured-process.ts';
import { longest, type Tally } from './findings.ts';
import { playDocuments } from './play-documents.ts';
import { playSequences } from './play-sequences.ts';
import { type FuzzedServer, startFuzzedServer } from './server.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** The number of the first case of each kind, to play one of them again. */
  readonly from: number;
  readonly documents: number;
  readonly sequences: number;
  /** Told each time that a part is through: of which kind, how many, and how much the server holds now. */
  readonly onProgress?: (kind: string, done: number, measured: Measurement) => void;
}

/** What a run came to. */
export interface FuzzReport {
  readonly documents: Tally;
  readonly sequences: Tally;
  /** What it masked, or what else it logged as an error, a line each. */
  readonly failures: readonly string[];
  /** Of the server before the first case. */
  readonly before: Measurement;
  /** After half of the cases of either kind, when nobody was connected: caches have what they take. */
  readonly half: Measurement;
  /** After the last case, when nobody was connected any more. */
  readonly after: Measurement;
  /** Counts that have not come back to none. */
  readonly leftovers: readonly string[];
  /** The longest time that its event loop stood still, in ms. */
  readonly longestBlockMs: number;
}

/** How long what is live may take to end after the last client has gone, in ms. */
const settleMs = 30_000;

/** Runs documents and frame sequences against a server of its own. Rejects where the server dies. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, from, onProgress } = options;
  const server = await startFuzzedServer();
  let longestBlockMs = 0;
  const measure = async (): Promise<Measurement> => {
    const measured = await server.app.measure();
    longestBlockMs = Math.max(longestBlockMs, measured.longestBlockMs);
    return measured;
  };
  async function part(kind: 'documents' | 'sequences', first: number, count: number): Promise<Tally> {
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

/** Waits until nothing is live any more, as long as that may take. */
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

function join(one: Tally, other: Tally): Tally {
  const outcomes = new Map(one.outcomes);
  for (const [name, count] of other.outcomes) outcomes.set(name, (outcomes.get(name) ?? 0) + count);
  return {
    cases: one.cases + other.cases,
    findings: [...one.findings, ...other.findings],
    outcomes,
    slowest: longest(one.slowest, other.slowest),
    blocks: longest(one.blocks, other.blocks),
  };
}
