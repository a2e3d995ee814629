import { defineSpec } from '../command.ts';
import { SESSION } from './session.ts';

export const proofCreateSpec = defineSpec({
  name: 'proof create',
  summary: 'Makes a proof bundle of a session: its log, and all that follows from it, with a claim',
  details: [
    'Needs no host and takes no part in the session; of one that lives it holds the log up to now. The directory is there whole or not at all; one that is there must be empty. It holds ' +
      'events.jsonl, screen.txt, screen.png, recording.cast, index.html, recording.webm (where a browser is) and manifest.json with facts, runs, hashes and the sealed head of the log; what cannot be made here is named with the reason.',
    'What was typed and printed is in it as the log has it: look before you give it away (proof scan).',
    'Whoever can write all of a bundle anew can make it agree with itself. Against that sign it (--sign), or note the head of a result of run, or the SHA-256 that is printed, where nobody changes it.',
  ],
  usage: ['SESSION --out DIR --claim TEXT [--sign FILE] [--without FILE]'],
  positionals: [SESSION],
  options: {
    out: { kind: 'text', value: 'DIR', help: 'the new directory; required' },
    claim: { kind: 'text', value: 'TEXT', help: 'what the bundle is to show, in one line; required' },
    without: {
      kind: 'list',
      value: 'FILE',
      help: 'leave this file out, as recording.webm; may be given many times',
    },
    sign: { kind: 'text', value: 'FILE', help: 'sign it with this private Ed25519 key (PEM)' },
  },
  examples: [
    'agent-tty proof create s1 --out proof --claim "The tests pass on this commit"',
    'agent-tty proof create s1 --out proof --claim "The tests pass" --sign key.pem',
  ],
});

export const proofVerifySpec = defineSpec({
  name: 'proof verify',
  summary: 'Checks a proof bundle with nothing but the bundle; names the first thing that does not fit',
  details: [
    'Walks the hash chain of the log, draws its screen, makes the recording and the picture and tells the runs anew, and compares. Exit status 12 when something does not fit: file, event, byte ' +
      'offset or field are named. A bundle that holds anything but plain files is refused (2); nothing in it is run, and no link is followed.',
    'Without --public-key and --head only changes are found that leave something at odds: not a bundle that somebody wrote anew from one end to the other.',
  ],
  positionals: [{ name: 'DIR', help: 'the bundle' }],
  options: {
    'public-key': { kind: 'text', value: 'FILE', help: 'it must be signed with this Ed25519 key (PEM)' },
    head: {
      kind: 'list',
      value: 'SEQ:H',
      help: 'the log must hold this head, noted from a result (head.seq and head.h); may be given many times',
    },
  },
  homeless: true,
  examples: [
    'agent-tty proof verify proof',
    'agent-tty proof verify proof --public-key key.pub --head 41:3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  ],
});
