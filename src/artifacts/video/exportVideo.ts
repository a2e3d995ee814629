/** A session's log as a video. Frames are put together and encoded in a browser; this process replays the log and writes the file. */
import fs from 'node:fs';
import path from 'node:path';
import { TtyError } from '../../protocol/errors.ts';
import { DEFAULT_FPS, MAX_FPS } from '../../protocol/limits.ts';
import type { FilmFacts, FilmOptions, MadeRecording } from '../../protocol/recording.ts';
import { loadCanvas } from '../canvas.ts';
import { type FilmLook, filmFacts, filmSize, lookOf } from '../film/filmPlan.ts';
import { type FilmFrame, Frames } from '../film/frames.ts';
import type { CanvasShape } from '../film/tileCanvas.ts';
import { THEMES } from '../paint/themes.ts';
import { assertWanted, makeRecording, type Plan, planRecording } from '../recordingFile.ts';
import { BrowserPage } from './browser.ts';
import { chooseConfig } from './chooseConfig.ts';
import { CODEC_NAMES, quantizerFor, type VideoFormat } from './codecs.ts';
import { browserProgram } from './findBrowser.ts';
import { type Muxer, startMuxer } from './muxer.ts';
import type { EncoderConfig, FrameMessage, PacketMessage } from './pageProtocol.ts';

/** Frames that go to the browser in one message, and how many characters of one. */
const BATCH_FRAMES = 30;
const BATCH_CHARS = 2 * 1024 * 1024;
/** A player can jump to each of these. */
const KEY_FRAME_US = 10_000_000;
const MS_US = 1_000;

/** What is filmed, and by which browser. */
export interface VideoOptions extends FilmOptions {
  readonly format: VideoFormat;
  /** The program of a Chromium; one that is on the PATH by default. */
  readonly browserPath?: string;
  /** The environment of the browser, in which its PATH is looked up too. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A video that was made. */
export interface VideoResult extends MadeRecording {
  readonly format: VideoFormat;
  readonly metadata: FilmFacts & {
    readonly codec: string;
    /** `quality`: every frame as good as it has to be; `bitrate`: where the encoder only takes a number of bits a second. */
    readonly rateControl: 'quality' | 'bitrate';
  };
}

/**
 * Exports the log of a session, ended or not, up to where it stands now.
 *
 * @throws TtyError `EXPORT_ERROR` for a place that cannot be written, a range that holds nothing, a screen that is too large, a browser or
 *   canvas that is not there or cannot encode; `INVALID_INPUT` for an option out of its range; `SESSION_NOT_FOUND`, `INVALID_SESSION_ID`,
 *   `LOG_CORRUPT`, `STORAGE_READ_ERROR`; `CANCELLED`
 */
export async function exportVideo(home: string, reference: string, options: VideoOptions): Promise<VideoResult> {
  const { format, environment, signal } = options;
  const program = browserProgram(options.browserPath, environment['PATH']);
  const look = lookOf(options, { fps: DEFAULT_FPS, max: MAX_FPS });
  const plan = planRecording(home, reference, options);
  const script = fs.readFileSync(path.join(options.assets, 'videoPage.js'), 'utf8');
  try {
    // the browser starts while the log is looked at
    const [size, kit, opened] = await Promise.allSettled([
      filmSize(plan, look, signal),
      loadCanvas(path.join(options.assets, 'fonts')),
      BrowserPage.open({ program, script, environment }),
    ]);
    if (opened.status === 'rejected') throw opened.reason;
    await using page = opened.value;
    if (size.status === 'rejected') throw size.reason;
    if (kit.status === 'rejected') throw kit.reason;
    assertWanted(signal);
    const config = await chooseConfig(page, format, size.value.shape);
    const { made, facts } = await makeRecording(
      home,
      plan,
      { ...options, name: nameOf(plan, look, format) },
      async (file) => {
        const frames = new Frames(plan, kit.value, { ...options, ...look, theme: THEMES[look.theme] });
        const film = new RemoteFilm(page, await startMuxer(format, file), { format, config, shape: size.value.shape });
        await film.run(frames);
        const rateControl = config.bitrateMode === 'quantizer' ? ('quality' as const) : ('bitrate' as const);
        const metadata = { ...filmFacts(plan, look, size.value, frames), codec: CODEC_NAMES[format], rateControl };
        return { durationMs: frames.endUs / MS_US, metadata };
      },
    );
    return { ...made, format, ...facts };
  } catch (error) {
    // the interrupt reaches the browser too, which then fails in its own way
    assertWanted(signal);
    throw error;
  }
}

function nameOf({ from, toSeq }: Plan, look: FilmLook, format: VideoFormat): string {
  const { timing, fps, theme, scale, showCursor } = look;
  return `recording-${from}-${toSeq}-${timing}-${fps}fps-${theme}-${scale}x${showCursor ? '-cursor' : ''}.${format}`;
}

interface FilmParts {
  readonly format: VideoFormat;
  readonly config: EncoderConfig;
  readonly shape: CanvasShape;
}

/** Sends frames to the page and its packets to the file; the page works on one batch while the next is made. */
class RemoteFilm {
  readonly #page: BrowserPage;
  readonly #muxer: Muxer;
  readonly #parts: FilmParts;
  #batch: FrameMessage[] = [];
  #batchChars = 0;
  #underWay: Promise<void> = Promise.resolve();
  #nextKeyUs = 0;

  constructor(page: BrowserPage, muxer: Muxer, parts: FilmParts) {
    this.#page = page;
    this.#muxer = muxer;
    this.#parts = parts;
  }

  async run(frames: Frames): Promise<void> {
    const { config, shape } = this.#parts;
    await this.#page.call('start', JSON.stringify({ config, shape }));
    let last: FilmFrame | undefined;
    for await (const frame of frames.all()) {
      if (last !== undefined) await this.#add(last, false);
      last = frame;
    }
    if (last === undefined)
      throw new TtyError('EXPORT_ERROR', 'the recording has no frame', { details: { reason: 'range' } });
    await this.#add(last, true);
    await this.#send();
    await this.#underWay;
    await this.#write(await this.#page.call('finish'));
    await this.#muxer.end();
  }

  async #add({ atUs, durationUs, patch, tiles }: FilmFrame, isLast: boolean): Promise<void> {
    const { format, config } = this.#parts;
    const isKey = atUs >= this.#nextKeyUs;
    if (isKey) this.#nextKeyUs = atUs + KEY_FRAME_US;
    const quantizer = config.bitrateMode === 'quantizer' ? quantizerFor(format, durationUs, isLast) : undefined;
    const pixels = Buffer.concat(tiles).toString('base64');
    this.#batch.push({
      atUs,
      durationUs,
      patch,
      tiles: pixels,
      isKey,
      ...(quantizer === undefined ? {} : { quantizer }),
    });
    this.#batchChars += pixels.length + patch.rows.length * patch.cols * 4;
    if (this.#batch.length >= BATCH_FRAMES || this.#batchChars >= BATCH_CHARS) await this.#send();
  }

  /** Resolves when the batch before this one is done. */
  async #send(): Promise<void> {
    const text = JSON.stringify(this.#batch);
    this.#batch = [];
    this.#batchChars = 0;
    await this.#underWay;
    const sent = this.#page.call('encode', text).then((packets) => this.#write(packets));
    sent.catch(() => undefined); // told to whoever awaits it next
    this.#underWay = sent;
  }

  async #write(packets: string): Promise<void> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own page wrote it
    for (const packet of JSON.parse(packets) as PacketMessage[]) await this.#muxer.add(packet);
  }
}
