import { MAX_STAMPS } from '../worker/baselines.ts';

/** After which events a screen was stamped, for a rebuild to do it again: ascending, the newest {@link MAX_STAMPS}. */
export class StampLedger {
  #seqs: number[] = [];

  add(seq: number): void {
    if (this.#seqs.includes(seq)) return;
    this.#seqs.push(seq);
    this.#seqs.sort((a, b) => a - b);
    if (this.#seqs.length > MAX_STAMPS) this.#seqs.shift();
  }

  get seqs(): readonly number[] {
    return this.#seqs;
  }
}
