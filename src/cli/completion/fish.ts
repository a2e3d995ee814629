import { type CompletionModel, families, LIST_SESSIONS, type Values } from './model.ts';

/** A script for fish 3 and later. */
export function fishCompletion(model: CompletionModel): string {
  const pairs = model.commands.filter(({ name }) => name.includes(' ')).map(({ name }) => quoteFish(name));
  return `# Completion of agent-tty for fish. To have it in every shell:
# agent-tty completion fish > ~/.config/fish/completions/agent-tty.fish
function __agent_tty_sessions
    ${LIST_SESSIONS}
end

# The words so far that are neither options nor their values; fails behind --.
function __agent_tty_words
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case --
                return 1
            case ${model.valued.join(' ')}
                set skip 1
            case '-*'
            case '*'
                echo $word
        end
    end
end

# Whether the command is $argv[1] and so many ($argv[2]) words of its own stand before the cursor; any number without it.
function __agent_tty_at
    set -l found (__agent_tty_words); or return 1
    set -l name "$found[1]"
    set -l own (math (count $found) - 1)
    if contains -- "$found[1] $found[2]" ${pairs.join(' ')}
        set name "$found[1] $found[2]"
        set own (math $own - 1)
    end
    test "$name" = "$argv[1]"; or return 1
    test (count $argv) = 1; or test $own = $argv[2]
end

function __agent_tty_no_command
    set -l found (__agent_tty_words); or return 1
    test (count $found) = 0
end

complete -c agent-tty -f
${wordLines(model)}${optionLines(model)}`;
}

/** As one word of fish: in single quotes, where only the quote and the backslash are special. */
function quoteFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", `\\'`)}'`;
}

function wordLines(model: CompletionModel): string {
  const line = (condition: string, word: string, about: string): string =>
    `complete -c agent-tty -n ${quoteFish(condition)} -a ${quoteFish(word)} -d ${quoteFish(about)}\n`;
  const seconds = families(model);
  const single = model.commands.filter(({ name }) => !name.includes(' '));
  const lines = single.map(({ name, summary }) => line('__agent_tty_no_command', name, summary));
  for (const [first, commands] of seconds) {
    if (single.every(({ name }) => name !== first)) {
      const about = commands.map(({ name }) => name.split(' ')[1]).join(', ');
      lines.push(line('__agent_tty_no_command', first, about));
    }
    for (const { name, summary } of commands) {
      lines.push(line(`__agent_tty_at ${first} 0`, name.split(' ')[1] ?? '', summary));
    }
  }
  for (const { name, word } of model.commands) {
    const at = `__agent_tty_at ${quoteFish(name)} 0`;
    if (word.kind === 'session') lines.push(line(at, '(__agent_tty_sessions)', 'session'));
    if (word.kind === 'words') for (const one of word.words) lines.push(line(at, one, ''));
  }
  return lines.join('');
}

function optionLines({ commands }: CompletionModel): string {
  const lines = commands.flatMap(({ name, options }) =>
    options.map(({ flag, help, values }) => {
      const condition = quoteFish(`__agent_tty_at ${quoteFish(name)}`);
      return `complete -c agent-tty -n ${condition} -l ${flag.slice(2)}${valueWords(values)} -d ${quoteFish(help)}\n`;
    }),
  );
  return lines.join('');
}

function valueWords(values: Values): string {
  switch (values.kind) {
    case 'none':
      return '';
    case 'words':
      return ` -x -a ${quoteFish(values.words.join(' '))}`;
    case 'file':
      return ' -r -F';
    case 'directory':
      return " -x -a '(__fish_complete_directories)'";
    case 'session':
      return " -x -a '(__agent_tty_sessions)'";
    case 'any':
      return ' -x';
  }
}
