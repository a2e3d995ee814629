import type { ScreenModel } from '../../screen/emulator/screenModel.ts';
import { PACKAGE_VERSION } from '../../protocol/version.ts';
import { isSamePicture } from '../png.ts';
import { hashFile, type OpenFile, readFully } from './bundleDirectory.ts';
import { commonLength, CompareSink, MemorySink } from './compare.ts';
import { proofFault } from './fault.ts';
import { EMULATOR, MANIFEST_FILE, PICTURE_RENDERER } from './layout.ts';
import type { FoundManifest } from './manifestForm.ts';
import type { BundlePart, PartPlace, PartWork } from './part.ts';

/** How a file compares with what is made of the log here. */
interface Comparison {
  readonly isSame: boolean;
  /** First byte that differs; of a picture of the same pixels too. */
  readonly offset?: number | undefined;
}

/** One file of a bundle being checked against the log and the manifest. */
export class PartCheck {
  readonly name: string;
  /** Takes the events of the log. */
  readonly work: PartWork;
  readonly #file: OpenFile;
  readonly #sink: CompareSink | MemorySink;
  #whyOnlyHashed: string | undefined;

  constructor(part: BundlePart, file: OpenFile, place: Omit<PartPlace, 'sink'>) {
    this.name = part.name;
    this.#file = file;
    this.#sink = part.check === 'pixels' ? new MemorySink() : new CompareSink(file.fd);
    this.work = part.check === 'hash' ? NOT_THE_SAME_TWICE : part.begin({ ...place, sink: this.#sink });
  }

  /** Why the file was not made again, once it was compared. */
  get whyOnlyHashed(): string | undefined {
    return this.#whyOnlyHashed;
  }

  /** Throws `PROOF_NOT_VERIFIED` unless the file is what the log shows and what the manifest names. */
  async compare({ files, statement }: FoundManifest, screen: ScreenModel): Promise<void> {
    const notMade = await this.work.end(screen);
    if (notMade?.isLocal === false)
      throw proofFault({ file: this.name }, 'content', `no such file is made: ${notMade.reason}`);
    this.#whyOnlyHashed = notMade?.reason;
    const made = notMade === undefined ? this.#compareWithMade() : undefined;
    // nothing more is read then: such a file may be as large as it likes
    if (made?.isSame === false)
      throw proofFault({ file: this.name, ...offsetOf(made) }, 'content', NOT_THE_LOG, versionHint(statement));
    const index = files.findIndex(({ name }) => name === this.name);
    const sealed = files[index];
    const isSealed = sealed?.bytes === this.#file.bytes && sealed.sha256 === (await hashFile(this.#file.fd));
    if (isSealed) return;
    if (made !== undefined && made.offset === undefined) {
      const field = `files[${index}].${sealed?.bytes === this.#file.bytes ? 'sha256' : 'bytes'}`;
      throw proofFault({ file: MANIFEST_FILE, field }, 'facts', `it is not that of ${this.name}, which shows the log`);
    }
    throw proofFault({ file: this.name, ...offsetOf(made) }, 'hash', 'it is not the file that the manifest names');
  }

  #compareWithMade(): Comparison {
    if (this.#sink instanceof CompareSink) {
      const offset = this.#sink.difference(this.#file.bytes);
      return { isSame: offset === undefined, offset };
    }
    const made = this.#sink.bytes;
    const found = Buffer.alloc(this.#file.bytes);
    const there = found.subarray(0, readFully(this.#file.fd, found, 0));
    if (made.equals(there)) return { isSame: true };
    return { isSame: isSamePicture(made, there), offset: commonLength(made, there) };
  }
}

function offsetOf(made: Comparison | undefined): { offset?: number } {
  return made?.offset === undefined ? {} : { offset: made.offset };
}

const NOT_THE_SAME_TWICE: PartWork = { end: () => ({ reason: 'it cannot be made the same twice', isLocal: true }) };
const NOT_THE_LOG = 'it is not what the log shows';

/** What may be another reason for a difference: other versions draw otherwise. */
function versionHint({ madeBy }: FoundManifest['statement']): string | undefined {
  const { agentTty, emulator, renderer } = madeBy;
  const isOurs =
    agentTty === PACKAGE_VERSION && emulator === EMULATOR && (renderer ?? PICTURE_RENDERER) === PICTURE_RENDERER;
  if (isOurs) return undefined;
  return (
    `the bundle was made by agent-tty ${agentTty} with ${emulator} and ${renderer ?? 'no renderer'}, this is ${PACKAGE_VERSION} with ` +
    `${EMULATOR} and ${PICTURE_RENDERER}: check it with the version that made it`
  );
}
