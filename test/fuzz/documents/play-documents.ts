import pLimit from 'p-limit';
import { casesOf } from '../dice.ts';
import { Counter, type Summary } from '../findings.ts';
import { send } from '../send.ts';
import type { FuzzedServer } from '../server.ts';
import { judge } from './answers.ts';
import { type DocumentCase, documentCases } from './requests.ts';

export interface Play {
  readonly seed: number;
  /** The number of the first case. */
  readonly from: number;
  readonly count: number;
  /** Called after each hundred cases. */
  readonly onProgress?: (done: number) => Promise<void> | void;
}

/** How many requests run at a time. */
const parallel = 8;

const batch = 100;

/** Every third batch is played one document at a time, to measure how long each blocks the event loop. */
const soloEvery = 3;

/** Sends documents in all supported ways and judges the answers. */
export async function playDocuments(server: FuzzedServer, { seed, from, count, onProgress }: Play): Promise<Summary> {
  const counter = new Counter();
  const limit = pLimit(parallel);

  async function play(number: number, { name, operation, request, times }: DocumentCase): Promise<void> {
    for (let time = 0; time < times; time++) {
      const startedAt = performance.now();
      const found = (what: string): void => {
        const sent = operation.query.slice(0, 600);
        counter.find({ what, name, number, sent: `${request.method} ${request.path.slice(0, 200)}\n${sent}` });
      };
      try {
        const reply = await send(server.app.port, server.agent, request);
        const { finding, hasData } = judge(request, reply);
        if (finding !== null) found(finding);
        const kind = reply.contentType.includes('event-stream') ? 'stream' : String(reply.status);
        counter.count(hasData ? `${kind} with data` : kind, { name, number, ms: performance.now() - startedAt });
      } catch (error) {
        found(`no answer: ${String(error)}`);
      }
    }
  }

  /** A block that is longer than the CPU time of the process was caused by other processes, so the shorter one counts. */
  async function playAlone(number: number, value: DocumentCase): Promise<void> {
    await server.app.lap();
    await play(number, value);
    const { blockMs, cpuMs } = await server.app.lap();
    counter.countBlock({ name: value.name, number, ms: Math.min(blockMs, cpuMs) });
  }

  for (let done = 0; done < count; ) {
    const now = Math.min(batch, count - done);
    const cases = [...casesOf(documentCases, seed, from + done, now)];
    if (Math.floor((from + done) / batch) % soloEvery === soloEvery - 1) {
      for (const { number, value } of cases) await playAlone(number, value);
    } else {
      await Promise.all(cases.map(({ number, value }) => limit(() => play(number, value))));
    }
    done += now;
    const what = await server.checkHealth().catch((error: unknown) => `the health query has no answer: ${error}`);
    if (what !== null) counter.find({ what, name: 'health', number: from + done, sent: 'the documents before' });
    if (server.app.death !== null) throw new Error(`${server.app.death}, by documents before number ${from + done}`);
    await onProgress?.(done);
  }
  return counter.summary;
}
