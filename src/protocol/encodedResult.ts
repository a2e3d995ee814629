/** A method's result that is JSON already: a large one is put together where it is made, and never parsed in between. */
export class EncodedResult {
  /** The JSON text in UTF-8, cut anywhere. */
  readonly parts: readonly Uint8Array[];

  constructor(parts: readonly Uint8Array[]) {
    this.parts = parts;
  }

  get sizeBytes(): number {
    return this.parts.reduce((sum, { length }) => sum + length, 0);
  }
}
