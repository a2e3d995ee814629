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
  readonly sink: Sink;
  /** Bytes of the log, of which the part is made. */
  readonly logBytes: number;
  /** The directory of the package's own files. */
  readonly assets: string;
}

/** Why a part was not made. */
export interface NotMade {
  readonly reason: string;
  /** Whether it could be made of the same log on another machine; what follows from the log alone is the same everywhere. */
  readonly isLocal: boolean;
}

/** One part being made. */
export interface PartWork {
  /** Takes the next event of the log. Commands in it are cut as in the manifest. */
  take?(event: LogEvent): void;
  /** After the last event, with the last screen: writes what is left. Tells when this part cannot be made of this log. */
  end(screen: ScreenModel): Promise<NotMade | undefined> | NotMade | undefined;
}

/** The session that a bundle is made of, up to an event. */
export interface BundleSource {
  readonly home: string;
  readonly reference: string;
  readonly toSeq: number;
  readonly assets: string;
  /** In which other programs are looked up and run; without it there are none. */
  readonly environment: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal: AbortSignal | undefined;
}

interface AnyPart {
  /** Of its file. */
  readonly name: string;
  /** A larger file is refused unread. */
  readonly maxBytes: number;
}

/** A part that the same log makes the same. */
export interface RemadePart extends AnyPart {
  /** `bytes`: made again, every byte must be the same. `pixels`: made again as PNG, every pixel must be, however it is packed. */
  readonly check: 'bytes' | 'pixels';
  begin(place: PartPlace): PartWork;
}

/** A part that cannot be made the same twice; only that it is the file of the manifest can be told. */
export interface HashedPart extends AnyPart {
  readonly check: 'hash';
  /** Makes the file at `out`, or says why not. */
  make(source: BundleSource, out: string): Promise<string | undefined>;
}

export type BundlePart = RemadePart | HashedPart;
