/**
 * Gives relays their ids and first numbers. Other instances tell the relays of a topic apart by them, and take a number
 * that is not higher than before for a repetition. So they must grow for as long as the fencing number of the lease is the
 * same: that is also so if this instance was not sure of its lease for a moment, has ended its relays, and starts new ones.
 */
export class Numbering {
  #lastId = 0;
  #lastNumber = 0;

  /** An id that no other relay has. */
  takeId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Not lower than the number of any message of a relay that has ended. */
  get startNumber(): number {
    return this.#lastNumber;
  }

  /** Called with the number of the last message of a relay that has ended. */
  onEnd(number: number): void {
    this.#lastNumber = Math.max(this.#lastNumber, number);
  }
}
