import type { Clock } from '../../../src/base/clock.ts';
import type { SharedBytes } from '../../../src/market/ports/shared-bytes.ts';

/** Shared bytes in memory. Tests lose and change values, and count what is read and written. */
export class FakeSharedBytes implements SharedBytes {
  readonly values = new Map<string, { readonly value: Buffer; readonly expiresAt: number }>();
  readonly reads: (readonly string[])[] = [];
  writeCount = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(keys: readonly string[]): Promise<readonly (Buffer | null)[]> {
    this.reads.push(keys);
    return keys.map((key) => {
      const found = this.values.get(key);
      return found && found.expiresAt > this.#clock.now() ? found.value : null;
    });
  }

  set(key: string, value: Buffer, ttlMs: number): void {
    this.writeCount += 1;
    this.values.set(key, { value, expiresAt: this.#clock.now() + ttlMs });
  }
}
