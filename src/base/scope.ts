/** Something to release: a function, or an object with one of the two dispose methods. */
export type Releasable = (() => void | Promise<void>) | AsyncDisposable | Disposable;

/**
 * Owns what an object opens, by name, and releases it in reverse order.
 *
 * Every release is tried even if an earlier one fails; the failures come together in one `AggregateError` that names
 * them. Disposing twice returns the first disposal's promise. What is added after disposal is released at once.
 */
export class Scope implements AsyncDisposable {
  readonly #name: string;
  readonly #entries: { name: string; release: () => void | Promise<void> }[] = [];
  #disposal: Promise<void> | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  get disposed(): boolean {
    return this.#disposal !== undefined;
  }

  /** Takes ownership of `resource` and gives it back, so that opening and owning stand on one line. */
  use<T extends Releasable>(name: string, resource: T): T {
    this.add(name, releaseOf(resource));
    return resource;
  }

  /** Runs `release` when the scope ends. */
  add(name: string, release: () => void | Promise<void>): void {
    this.#entries.push({ name, release });
    if (this.#disposal !== undefined) this.#disposal = this.#disposal.then(() => this.#releaseAll());
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#releaseAll();
    return this.#disposal;
  }

  async #releaseAll(): Promise<void> {
    const failures: Error[] = [];
    for (let entry = this.#entries.pop(); entry !== undefined; entry = this.#entries.pop()) {
      try {
        await entry.release();
      } catch (cause) {
        failures.push(new Error(`releasing ${this.#name}/${entry.name} failed`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} releases of ${this.#name} failed`);
  }
}

function releaseOf(resource: Releasable): () => void | Promise<void> {
  if (typeof resource === 'function') return resource;
  if (Symbol.asyncDispose in resource) return () => Promise.resolve(resource[Symbol.asyncDispose]());
  return () => resource[Symbol.dispose]();
}
