/** One file of a bundle beside its log and manifest: how it is made, and how a checker tells that it shows the log. */
import type { LogEvent } from '../../protocol/events.ts';
import type { ScreenModel } from '../../screen/emulator/screenModel.ts';

/** Takes what a part is made of, in order. Text and bytes may come in any pieces. */
export interface Sink {
  write(text: string): void;
  writeBytes(bytes: Uint8Array): void;
}

/** Where and with what a part is made. */
export interface PartPlace {
  /** The log in the bundle; whole once {@link PartWork.end} is called. */
  readonly log: string;
  readonly sink: Sink;
  /** The directory that the package's fonts lie in. */
  readonly fonts: string;
}

/** One part being made. */
export interface PartWork {
  /** Takes the next event of the log. */
  take?(event: LogEvent): void;
  /** After the last event, with the last screen: writes what is left. Says why when this part cannot be made of this log. */
  end(screen: ScreenModel): Promise<string | undefined> | string | undefined;
}

export interface BundlePart {
  /** Of its file. */
  readonly name: string;
  /** A larger file is refused unread. */
  readonly maxBytes: number;
  /**
   * How it is checked. `bytes`: made again, every byte must be the same. `pixels`: made again as PNG, every pixel must be the
   * same, however it is packed. `hash`: it cannot be made the same twice; only that it is the file of the manifest is told.
   */
  readonly check: 'bytes' | 'pixels' | 'hash';
  begin(place: PartPlace): PartWork;
}
