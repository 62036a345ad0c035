interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Exact sum of two decimal strings, with the longer of the two fractions: `add('1.50', '2')` is `'3.50'`. */
export function add(a: string, b: string): string {
  const [left, right] = [parse(a), parse(b)];
  const scale = Math.max(left.scale, right.scale);
  return format({ digits: rescale(left, scale) + rescale(right, scale), scale });
}

/** Exact difference of two decimal strings, with the longer of the two fractions. */
export function subtract(a: string, b: string): string {
  return add(a, b.startsWith('-') ? b.slice(1) : `-${b}`);
}

/** Exact product of two decimal strings; its fraction is as long as both together. */
export function multiply(a: string, b: string): string {
  const [left, right] = [parse(a), parse(b)];
  return format({ digits: left.digits * right.digits, scale: left.scale + right.scale });
}

/** `a / b` cut off (not rounded) after `places` decimals; zero when `b` is zero. */
export function divide(a: string, b: string, places: number): string {
  const [left, right] = [parse(a), parse(b)];
  if (right.digits === 0n) return format({ digits: 0n, scale: places });
  const shift = places + right.scale - left.scale;
  const power = 10n ** BigInt(Math.abs(shift));
  const digits = shift >= 0 ? (left.digits * power) / right.digits : left.digits / (right.digits * power);
  return format({ digits, scale: places });
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compare(a: string, b: string): number {
  const difference = parse(subtract(a, b)).digits;
  return difference < 0n ? -1 : Number(difference > 0n);
}

/** How many digits follow the decimal point: 2 for `'0.01'`. */
export function places(text: string): number {
  return parse(text).scale;
}

function parse(text: string): Decimal {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new RangeError(`not a decimal: ${text}`);
  const [whole = '', fraction = ''] = text.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

function rescale(value: Decimal, scale: number): bigint {
  return value.digits * 10n ** BigInt(scale - value.scale);
}

function format({ digits, scale }: Decimal): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const point = text.length - scale;
  const unsigned = scale === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}`;
  return digits < 0n ? `-${unsigned}` : unsigned;
}
