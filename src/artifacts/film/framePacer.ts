/** Which moments of a recording become frames. Pure. Times are microseconds of the recording. */

/** The shortest time that a frame is shown. */
const MIN_SHOWN_US = 1_000;

/**
 * A frame stands at the moment of a change, or a frame's time after the frame before, whichever is later, and shows everything up to that
 * moment and nothing after it. So no frame shows what had not happened yet, and none is late by more than a frame's time.
 */
export class FramePacer {
  readonly #frameUs: number;
  #lastUs = -Infinity;
  #dueUs: number | undefined;

  /** @param frameUs the shortest time between two frames */
  constructor(frameUs: number) {
    this.#frameUs = frameUs;
  }

  /** Tells of a change at `us`, before it is made. Gives the time of a frame that has to be taken first, of the screen as it is. */
  change(us: number): number | undefined {
    const taken = this.#dueUs !== undefined && us > this.#dueUs ? this.#dueUs : undefined;
    if (taken !== undefined) this.#take(taken);
    this.#dueUs ??= Math.max(us, this.#lastUs + this.#frameUs);
    return taken;
  }

  /** Tells of the end at `us`. Gives the time of a last frame, if one is still to be taken, and when the recording ends. */
  end(us: number): { readonly frameUs: number | undefined; readonly endUs: number } {
    const frameUs =
      this.#dueUs === undefined ? undefined : Math.min(this.#dueUs, Math.max(us, this.#lastUs + MIN_SHOWN_US));
    if (frameUs !== undefined) this.#take(frameUs);
    return { frameUs, endUs: Math.max(us, this.#lastUs + MIN_SHOWN_US) };
  }

  #take(us: number): void {
    this.#lastUs = us;
    this.#dueUs = undefined;
  }
}
