/** Help, generated from the specs of the commands. */
import type { CommandReply, CommandSpec, OptionSpec, OptionSpecs } from './command.ts';
import { formatDuration } from './durations.ts';
import { table } from './output.ts';
import { GLOBAL_OPTIONS } from './specs/global.ts';

const WIDTH = 100;

/** The reply to `--help` with a command, or with none (the command `help` itself). */
export function helpOn(spec: CommandSpec, all: readonly CommandSpec[]): CommandReply {
  const family = all.filter(({ name }) => name.startsWith(`${spec.name} `));
  const text = spec.name === 'help' ? overview(all) : commandHelp(spec, family);
  return { result: { text }, human: () => text };
}

/** All commands, one line each. */
export function overview(specs: readonly CommandSpec[]): string {
  const rows = specs.map((spec) => [`  ${[spec.name, ...(spec.aliases ?? [])].join(', ')}`, spec.summary]);
  return [
    'agent-tty: terminal sessions that last, and runs whose end you can believe\n\n',
    'Usage: agent-tty COMMAND [options]\n\nCommands:\n',
    table(rows),
    '\nOptions of every command:\n',
    optionTable(GLOBAL_OPTIONS),
    '\nagent-tty help COMMAND shows a command in full.\n',
  ].join('');
}

/** One command in full. `family` are the commands whose first word is its name. */
export function commandHelp(spec: CommandSpec, family: readonly CommandSpec[] = []): string {
  const usages = spec.usage ?? [positionalUsage(spec)];
  const parts = [
    `${spec.summary}.\n`,
    '\nUsage:\n',
    ...usages.map((usage) => `  agent-tty ${spec.name} ${usage}`.trimEnd() + '\n'),
    ...(spec.aliases === undefined ? [] : [`\nAlso: ${spec.aliases.join(', ')}\n`]),
    ...(spec.details ?? []).map((paragraph) => `\n${wrap(paragraph)}`),
    ...(spec.positionals.length === 0
      ? []
      : ['\nWords:\n', table(spec.positionals.map(({ name, help }) => [`  ${name}`, help]))]),
    ...(Object.keys(spec.options).length === 0 ? [] : ['\nOptions:\n', optionTable(spec.options)]),
    '\nOptions of every command:\n',
    optionTable(GLOBAL_OPTIONS),
    ...(family.length === 0 ? [] : ['\nSee also:\n', table(family.map(({ name, summary }) => [`  ${name}`, summary]))]),
    ...(spec.examples === undefined ? [] : ['\nExamples:\n', ...spec.examples.map((example) => `  ${example}\n`)]),
  ];
  return parts.join('');
}

function positionalUsage(spec: CommandSpec): string {
  const words = spec.positionals.map(({ name, optional, repeat }) => {
    const word = repeat === true ? `${name}...` : name;
    return optional === true ? `[${word}]` : word;
  });
  return [...words, ...(Object.keys(spec.options).length === 0 ? [] : ['[options]'])].join(' ');
}

function optionTable(options: OptionSpecs): string {
  return table(
    Object.entries(options).map(([name, spec]) => [`  --${name}${placeholder(spec)}`, `${spec.help}${bounds(spec)}`]),
  );
}

function placeholder(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'flag':
      return '';
    case 'integer':
      return ' N';
    case 'duration':
      return ' DURATION';
    case 'choice':
      return ` ${spec.choices.join('|')}`;
    case 'text':
    case 'list':
      return ` ${spec.value}`;
  }
}

function bounds(spec: OptionSpec): string {
  if (spec.kind === 'integer') return `; ${spec.min} to ${spec.max}`;
  if (spec.kind !== 'duration') return '';
  const zero = spec.zero === undefined ? '' : `; 0: ${spec.zero}`;
  return spec.max === undefined ? zero : `${zero}; at most ${formatDuration(spec.max)}`;
}

function wrap(paragraph: string): string {
  let line = '';
  const lines: string[] = [];
  for (const word of paragraph.split(' ')) {
    if (line !== '' && line.length + word.length >= WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((text) => `${text}\n`).join('');
}
