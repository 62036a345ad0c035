import { type Dice, generated } from '../dice.ts';
import { toJson } from '../documents/documents.ts';
import { mutate } from '../documents/mutations.ts';
import { anyOperation } from '../documents/requests.ts';
import { hostileValue } from '../values.ts';
import { encode, type Frame, opcodes } from './frames.ts';
import { type Upgrade, upgrade } from './upgrades.ts';

/** Bytes that a client sends, with their description. */
interface Step {
  readonly name: string;
  readonly bytes: Buffer;
  /** True if they announce more bytes than there are, so that the server waits for the rest. */
  readonly isIncomplete?: boolean;
  readonly closeCode?: number;
}

/** Everything that one client sends. */
export interface FrameSequence {
  readonly name: string;
  readonly upgrade: Upgrade;
  /** The chunks in which the bytes are written. */
  readonly writes: readonly Buffer[];
  /** True if the first chunk is sent together with the upgrade, before the server accepts it. */
  readonly isEarly: boolean;
  /** True if the client waits for the answer to its first chunk, as correct clients do. */
  readonly waitsForReply: boolean;
  readonly isIncomplete: boolean;
  /** The codes of its close frames, which a server may echo. */
  readonly closeCodes: readonly number[];
  /** How it ends: by checking that the server still answers, or by disconnecting in one of several ways. */
  readonly end: 'ask' | 'close' | 'end' | 'reset' | 'destroy';
}

const { text, binary, continuation, close, ping, pong } = opcodes;
const ids = ['1', '2', '3', '', '__proto__', 'constructor', 'x'.repeat(2000), '"\u2028💥\ud800'] as const;
const closeCodes = [
  1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1011, 1015, 2999, 3000, 4000, 4999, 5000, 0, 65_535,
];

/** Slightly below the server's limit for a message. */
const maxMessageLength = 60_000;

function frame(name: string, fields: Partial<Frame> & { readonly payload: Buffer }, isIncomplete = false): Step {
  return { name, bytes: encode({ opcode: text, ...fields }), isIncomplete };
}

function say(name: string, message: unknown): Step {
  return frame(name, { payload: Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)) });
}

function subscribe(dice: Dice): string {
  const operation = toJson(anyOperation(dice));
  const payload =
    operation.length > maxMessageLength && dice.chance(90) ? '{"query":"{ exchanges { id } }"}' : operation;
  return `{"type":"subscribe","id":${JSON.stringify(dice.pick(ids))},"payload":${payload}}`;
}

const init = say('init', { type: 'connection_init' });

/** What a client may send, with weights. Most are messages of the protocol, in any order. */
const steps: readonly (readonly [number, (dice: Dice) => Step])[] = [
  [30, (dice) => say('subscribe', subscribe(dice))],
  [12, (dice) => say('complete', { type: 'complete', id: dice.pick(ids) })],
  [4, (dice) => say('ping', { type: 'ping', ...(dice.chance(50) ? { payload: hostileValue(dice) } : {}) })],
  [3, (dice) => say('pong', { type: 'pong', ...(dice.chance(50) ? { payload: hostileValue(dice) } : {}) })],
  [2, () => init],
  [
    2,
    (dice) =>
      say('odd init', {
        type: 'connection_init',
        payload: dice.chance(50) ? { authorization: hostileValue(dice) } : hostileValue(dice),
      }),
  ],
  [
    2,
    (dice) =>
      say('odd type', {
        type: dice.chance(50)
          ? dice.pick(['next', 'error', 'connection_ack', 'start', 'stop', '__proto__'])
          : hostileValue(dice),
        id: dice.pick(ids),
      }),
  ],
  [
    3,
    (dice) =>
      say('odd subscribe', {
        type: 'subscribe',
        id: dice.chance(50) ? dice.pick(ids) : hostileValue(dice),
        payload: dice.chance(50) ? { query: hostileValue(dice), variables: hostileValue(dice) } : hostileValue(dice),
      }),
  ],
  [2, (dice) => say('odd message', JSON.stringify(hostileValue(dice)))],
  [3, (dice) => say('broken JSON', mutate(dice, subscribe(dice)))],
  [
    2,
    (dice) =>
      frame('binary', { opcode: binary, payload: Buffer.from(dice.chance(50) ? subscribe(dice) : [0, 255, 254]) }),
  ],
  [5, fragments],
  [1, () => frame('first fragment only', { payload: Buffer.from('{"type":'), isLast: false })],
  [1, () => frame('stray continuation', { opcode: continuation, payload: Buffer.from('"ping"}') })],
  [
    3,
    (dice) =>
      frame('WebSocket ping', { opcode: dice.pick([ping, pong]), payload: Buffer.alloc(dice.int(0, 125), 'x') }),
  ],
  [
    1,
    (dice) =>
      frame('long control', { opcode: dice.pick([ping, pong, close]), payload: Buffer.alloc(dice.int(126, 3000)) }),
  ],
  [
    1,
    (dice) =>
      frame('control in pieces', { opcode: dice.pick([ping, close]), payload: Buffer.from('x'), isLast: false }),
  ],
  [1, (dice) => frame('no mask', { payload: Buffer.from(subscribe(dice)), isMasked: false })],
  [1, (dice) => frame('reserved bits', { payload: Buffer.from('{"type":"ping"}'), reserved: dice.int(1, 7) })],
  [
    1,
    (dice) =>
      frame('reserved opcode', { opcode: dice.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), payload: Buffer.from('x') }),
  ],
  [
    1,
    (dice) =>
      frame('invalid UTF-8', {
        payload: Buffer.from(dice.pick([[0xc3, 0x28], [0xff], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]])),
      }),
  ],
  [1, (dice) => frame('long length', { payload: Buffer.from('{"type":"ping"}'), lengthBytes: dice.pick([2, 8]) })],
  [1, (dice) => frame('too large', { payload: Buffer.alloc(dice.pick([65_537, 100_000]), 'x') })],
  [
    1,
    (dice) =>
      frame(
        'false length',
        {
          payload: Buffer.from('{'),
          lengthBytes: 8,
          claimed: dice.pick([2n ** 20n, 2n ** 40n, 2n ** 63n, 2n ** 64n - 1n, 60_000n]),
        },
        true,
      ),
  ],
  [1, (dice) => frame('half a frame', { payload: Buffer.from('{"type"'), claimed: BigInt(dice.int(8, 125)) }, true)],
  [1, (dice) => ({ name: 'noise', bytes: Buffer.from(dice.many(1, 200, () => dice.int(0, 255))), isIncomplete: true })],
  [2, closing],
];

function fragments(dice: Dice): Step {
  const message = Buffer.from(subscribe(dice));
  const count = dice.pick([2, 3, 10, 500]);
  const size = Math.ceil(message.length / count);
  const parts = Array.from({ length: count }, (_, index) => message.subarray(index * size, (index + 1) * size));
  const frames = parts.flatMap((payload, index) => [
    encode({ opcode: index === 0 ? text : continuation, payload, isLast: index === count - 1 }),
    ...(dice.chance(5) ? [encode({ opcode: ping, payload: Buffer.from('between') })] : []),
  ]);
  return { name: `${count} fragments`, bytes: Buffer.concat(frames) };
}

function closing(dice: Dice): Step {
  if (dice.chance(10)) return frame('close without a code', { opcode: close, payload: Buffer.alloc(dice.int(0, 1)) });
  const closeCode = dice.pick(closeCodes);
  const code = Buffer.alloc(2);
  code.writeUInt16BE(closeCode);
  const reason = dice.pick([Buffer.alloc(0), Buffer.from('bye'), Buffer.from([0xff]), Buffer.alloc(123, 'x')]);
  return { ...frame(`close ${closeCode}`, { opcode: close, payload: Buffer.concat([code, reason]) }), closeCode };
}

const shares = steps.reduce((sum, [share]) => sum + share, 0);

function step(dice: Dice): Step {
  let rest = dice.int(0, shares - 1);
  for (const [share, make] of steps) {
    rest -= share;
    if (rest < 0) return make(dice);
  }
  throw new RangeError('the shares do not add up');
}

/** Splits the bytes into chunks: one per step, all at once, or cut at any place. */
function toWrites(dice: Dice, bytes: readonly Buffer[]): readonly Buffer[] {
  if (dice.chance(70)) return bytes;
  const all = Buffer.concat(bytes);
  if (dice.chance(50)) return [all];
  const cuts = [0, ...dice.many(1, 5, () => dice.int(0, all.length)), all.length].sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => all.subarray(cuts[index], end));
}

/** Valid and invalid uses of a socket. */
export const frameSequences = generated((dice): FrameSequence => {
  const request = upgrade(dice);
  const isInitialised = dice.chance(90);
  const all = [...(isInitialised ? [init] : []), ...dice.many(0, dice.pick([3, 8, 8, 20]), () => step(dice))];
  const bytes = all.map((each) => each.bytes);
  const waitsForReply = isInitialised && dice.chance(75);
  const [first = Buffer.alloc(0), ...others] = bytes;
  return {
    name: [request.name, ...all.map(({ name }) => name)].filter(Boolean).join(', '),
    upgrade: request,
    writes: waitsForReply ? [first, ...toWrites(dice, others)] : toWrites(dice, bytes),
    isEarly: !waitsForReply && dice.chance(30),
    waitsForReply,
    isIncomplete: all.some(({ isIncomplete }) => isIncomplete),
    closeCodes: all.flatMap(({ closeCode = [] }) => closeCode),
    end: dice.chance(60) ? 'ask' : dice.pick(['close', 'end', 'reset', 'destroy']),
  };
});
