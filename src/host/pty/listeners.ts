/** The listeners of one kind of event. Told in the order in which they came; one that throws stops the telling. */
export class Listeners<T> {
  readonly #entries = new Set<{ readonly listener: (value: T) => void }>();

  /** Adds `listener` until the returned handle is disposed. The same function may be added twice. */
  add(listener: (value: T) => void): Disposable {
    const entry = { listener };
    this.#entries.add(entry);
    return { [Symbol.dispose]: () => void this.#entries.delete(entry) };
  }

  /** Tells every listener that is there now. */
  tell(value: T): void {
    for (const entry of this.#entries) entry.listener(value);
  }

  clear(): void {
    this.#entries.clear();
  }
}
