/** The part of the package that is used; it has no types of its own. */
declare module 'gifenc' {
  /** Red, green, blue. */
  type GifColour = readonly number[];

  interface GifFrameOptions {
    readonly palette?: readonly GifColour[];
    /** Of the file: tells its size and that it is repeated. */
    readonly first?: boolean;
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
    /** Bits that a colour's number takes, 2 to 8. */
    readonly colorDepth?: number;
    /** In ms, rounded to 10. */
    readonly delay?: number;
    /** 1: the next frame is drawn over this one. */
    readonly dispose?: number;
    /** 0: for ever. */
    readonly repeat?: number;
  }

  interface GifEncoder {
    writeHeader(): void;
    writeFrame(index: Uint8Array, width: number, height: number, options?: GifFrameOptions): void;
    finish(): void;
    bytesView(): Uint8Array;
    reset(): void;
  }

  function GIFEncoder(options?: { readonly auto?: boolean; readonly initialCapacity?: number }): GifEncoder;
  function quantize(rgba: Uint8Array | Uint8ClampedArray, maxColors: number): GifColour[];
  function applyPalette(rgba: Uint8Array | Uint8ClampedArray, palette: readonly GifColour[]): Uint8Array;
}
