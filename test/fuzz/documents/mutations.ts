import type { Dice } from '../dice.ts';

type Mutation = (dice: Dice, text: string) => string;

const odd = [
  '\ufeff',
  '\u0000',
  '\ud800',
  '\udc00',
  '\u2028',
  '💥',
  '\u202e',
  '\u0007',
  '\r',
  '"""',
  '#',
  '\\',
  '\\u{110000}',
];

const tokens = /\w+|"(?:[^"\\]|\\.)*"|\s+|\.\.\.|./gsu;

/** A mutation that changes the list of tokens. */
function byToken(change: (dice: Dice, parts: string[]) => void): Mutation {
  return (dice, text) => {
    const parts = text.match(tokens) ?? [''];
    change(dice, parts);
    return parts.join('');
  };
}

const mutations: readonly Mutation[] = [
  byToken((dice, parts) => {
    parts.splice(dice.int(0, parts.length - 1), dice.int(1, 3));
  }),
  byToken((dice, parts) => {
    parts.splice(dice.int(0, parts.length), 0, dice.pick(parts));
  }),
  byToken((dice, parts) => {
    const [from, to] = [dice.int(0, parts.length - 1), dice.int(0, parts.length - 1)];
    const [one = '', other = ''] = [parts[from], parts[to]];
    parts[from] = other;
    parts[to] = one;
  }),
  byToken((dice, parts) => {
    const at = dice.int(0, parts.length - 1);
    const again = parts.slice(at, at + dice.int(1, 20));
    parts.splice(at, 0, ...Array.from({ length: dice.int(1, 20) }, () => again).flat());
  }),
  (dice, text) => text.slice(0, dice.int(0, text.length)),
  (dice, text) => insert(text, dice.int(0, text.length), dice.pick(odd)),
  (dice, text) =>
    insert(text, dice.int(0, text.length), dice.pick(['{', '}', '(', ')', '[', '"', '$', '@', '!', '...'])),
  (dice, text) => {
    const bytes = Buffer.from(text);
    if (bytes.length === 0) return text;
    const at = dice.int(0, bytes.length - 1);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.int(0, 7));
    return bytes.toString(dice.pick(['utf8', 'latin1']));
  },
  (dice, text) =>
    text.replace(/\w+/g, (word) => (dice.chance(3) ? dice.pick(['__proto__', 'constructor', 'on', 'null']) : word)),
  (dice, text) =>
    text.replace(/\d+/g, (digits) =>
      dice.chance(40) ? dice.pick(['1e400', `${digits}${'9'.repeat(400)}`, '-0', '0x1', '01']) : digits,
    ),
];

function insert(text: string, at: number, what: string): string {
  return text.slice(0, at) + what + text.slice(at);
}

/** The text with one to four mutations. */
export function mutate(dice: Dice, text: string): string {
  return dice.many(1, 4, () => dice.pick(mutations)).reduce((changed, mutation) => mutation(dice, changed), text);
}
