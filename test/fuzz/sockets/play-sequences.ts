import pLimit from 'p-limit';
import { casesOf } from '../dice.ts';
import { checkErrors, judgeResult } from '../documents/answers.ts';
import type { Play } from '../documents/play-documents.ts';
import { Counter, type Summary } from '../findings.ts';
import type { FuzzedServer } from '../server.ts';
import { type Outcome, playSequence } from './frame-client.ts';
import { type FrameSequence, frameSequences } from './sequences.ts';

/** How many sockets are open at a time. */
const parallel = 16;

const batch = 100;

/** The codes with which this server closes because of a client: RFC 6455 (7.4.1) and graphql-transport-ws. */
const closeCodes: ReadonlySet<number> = new Set([
  1000, 1002, 1003, 1005, 1007, 1008, 1009, 4400, 4401, 4403, 4406, 4408, 4409, 4429,
]);

/** Sends valid and invalid sequences of frames, each on a socket of its own, and judges the server's reaction. */
export async function playSequences(server: FuzzedServer, { seed, from, count, onProgress }: Play): Promise<Summary> {
  const counter = new Counter();
  const limit = pLimit(parallel);

  async function play(number: number, sequence: FrameSequence): Promise<void> {
    const startedAt = performance.now();
    const outcome = await playSequence(server.app.port, sequence);
    counter.count(toOutcome(outcome), { name: sequence.name.slice(0, 200), number, ms: performance.now() - startedAt });
    const what = judgeOutcome(sequence, outcome);
    if (what === null) return;
    const sent = Buffer.concat(sequence.writes).toString('latin1').slice(0, 600);
    counter.find({ what, name: `${sequence.name}, ${sequence.end}`, number, sent: `${sequence.upgrade.text}${sent}` });
  }

  for (let done = 0; done < count; ) {
    const now = Math.min(batch, count - done);
    const cases = [...casesOf(frameSequences, seed, from + done, now)];
    await Promise.all(cases.map(({ number, value }) => limit(() => play(number, value))));
    done += now;
    const what = await server.checkHealth().catch((error: unknown) => `the health query has no answer: ${error}`);
    if (what !== null) counter.find({ what, name: 'health', number: from + done, sent: 'the sequences before' });
    if (server.app.death !== null) throw new Error(`${server.app.death}, by sequences before number ${from + done}`);
    await onProgress?.(done);
  }
  return counter.summary;
}

function toOutcome({ status, closeCode, messages }: Outcome): string {
  if (status !== 101) return `refused with ${status}`;
  if (closeCode !== null) return `closed with ${closeCode}`;
  return messages.some((message) => message.includes('"data"')) ? 'open, with data' : 'open';
}

/** What is wrong with the server's reaction to a sequence; null if nothing is. */
function judgeOutcome(
  { end, isIncomplete, closeCodes: clientCodes, upgrade }: FrameSequence,
  outcome: Outcome,
): string | null {
  const { status, closeCode, isEnded, isAnswered, protocolError, messages } = outcome;
  if (protocolError !== null) return protocolError;
  if (status !== null && status >= 500) return `status ${status}`;
  if (!isAnswered) return status === null ? 'no answer to the upgrade' : 'it no longer answers';
  if (status !== 101) return null;
  const isOurs = upgrade.text.includes('graphql-transport-ws');
  for (const message of messages) {
    const finding = isOurs ? checkMessage(message) : checkRefusal(message);
    if (finding !== null) return finding;
  }
  if (closeCode !== null && !closeCodes.has(closeCode) && !clientCodes.includes(closeCode))
    return `it closed with ${closeCode}`;
  if (closeCode === null && isEnded && end === 'ask' && !isIncomplete) return 'it ended the connection without a code';
  return null;
}

/** A client of another subprotocol may only receive a connection_error of that protocol. */
function checkRefusal(message: string): string | null {
  const parsed = parseMessage(message);
  return parsed?.type === 'connection_error' ? null : `to another subprotocol: ${message.slice(0, 200)}`;
}

function checkMessage(message: string): string | null {
  const parsed = parseMessage(message);
  if (parsed === null) return `not a message: ${message.slice(0, 200)}`;
  const { type } = parsed;
  if (type === 'connection_ack' || type === 'ping' || type === 'pong' || type === 'complete') return null;
  const payload: unknown = 'payload' in parsed ? parsed.payload : undefined;
  if (type === 'next') return judgeResult(payload).finding;
  if (type === 'error') return checkErrors(payload);
  return `a message of the type ${JSON.stringify(type)}`;
}

function parseMessage(text: string): { readonly type: unknown } | null {
  const parsed = parse(text);
  return typeof parsed === 'object' && parsed !== null && 'type' in parsed ? parsed : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
