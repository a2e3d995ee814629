import {
  type CompletionCommand,
  type CompletionModel,
  families,
  LIST_SESSIONS,
  quoteWord,
  type Values,
} from './model.ts';

/** A script for zsh, to be loaded from `fpath` or by `eval`. */
export function zshCompletion(model: CompletionModel): string {
  const pairs = model.commands.filter(({ name }) => name.includes(' ')).map(({ name }) => quoteWord(name));
  return `#compdef agent-tty
# Completion of agent-tty for zsh. To have it in every shell: agent-tty completion zsh > a directory of $fpath/_agent-tty
_agent_tty_sessions() {
  local -a found
  found=(\${(f)"$(${LIST_SESSIONS})"})
  compadd -X session -a found
}

_agent-tty() {
  local word first='' second='' cmd prev=\${words[CURRENT-1]}
  integer i count=0
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    case $word in
      --) _normal; return ;;
      ${model.valued.join('|')}) (( i++ )) ;;
      -*) ;;
      *)
        (( count++ ))
        (( count == 1 )) && first=$word
        (( count == 2 )) && second=$word ;;
    esac
  done
  case "$first $second" in
    ${pairs.join('|')}) cmd="$first $second"; (( count -= 2 )) ;;
    *) cmd=$first; (( count -= 1 )) ;;
  esac
  if [[ $PREFIX == --*=* ]]; then
    prev=\${PREFIX%%=*}
    compset -P '*='
  fi
  case "$cmd $prev" in
${valueCases(model)}  esac
  if [[ $PREFIX == -* ]]; then
    case $cmd in
${optionCases(model)}    esac
    _describe -o option found
    return
  fi
  if [[ $first == '' ]]; then
    found=(${firstWords(model).join(' ')})
    _describe command found
    return
  fi
  (( count == 0 )) || return 1
  case $cmd in
${wordCases(model)}  esac
}

if [[ $funcstack[1] == _agent-tty ]]; then
  _agent-tty "$@"
else
  compdef _agent-tty agent-tty
fi
`;
}

/** `name:text` as `_describe` takes it. */
function described(name: string, text: string): string {
  return quoteWord(`${name.replaceAll(':', '\\:')}:${text}`);
}

function complete(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `compadd -- ${values.words.map(quoteWord).join(' ')}`;
    case 'file':
      return '_files';
    case 'directory':
      return '_files -/';
    case 'session':
      return '_agent_tty_sessions';
    case 'any':
    case 'none':
      return ':';
  }
}

function valueCases({ commands }: CompletionModel): string {
  const lines = commands.flatMap(({ name, options }) =>
    options
      .filter(({ values }) => values.kind !== 'none')
      .map(({ flag, values }) => `    ${quoteWord(`${name} ${flag}`)}) ${complete(values)}; return ;;\n`),
  );
  return lines.join('');
}

function optionCases({ commands }: CompletionModel): string {
  const lines = commands.map(({ name, options }) => {
    const items = options.map(({ flag, help }) => described(flag, help));
    return `      ${quoteWord(name)}) found=(${items.join(' ')}) ;;\n`;
  });
  return lines.join('');
}

function firstWords(model: CompletionModel): string[] {
  const single = model.commands.filter(({ name }) => !name.includes(' '));
  const others = [...families(model)].filter(([first]) => single.every(({ name }) => name !== first));
  return [
    ...single.map(({ name, summary }) => described(name, summary)),
    ...others.map(([first, commands]) => described(first, secondWords(commands).join(', '))),
  ];
}

function secondWords(commands: readonly CompletionCommand[]): string[] {
  return commands.map(({ name }) => name.split(' ')[1] ?? '');
}

function wordCases(model: CompletionModel): string {
  const seconds = families(model);
  const names = new Set([...model.commands.map(({ name }) => name), ...seconds.keys()]);
  return [...names]
    .map((name) => {
      const own = model.commands.find((command) => command.name === name)?.word ?? { kind: 'none' };
      const family = seconds.get(name) ?? [];
      const items = family.map((command) => described(command.name.split(' ')[1] ?? '', command.summary));
      const statements = [
        ...(items.length === 0 ? [] : [`found=(${items.join(' ')}); _describe command found`]),
        ...(own.kind === 'none' ? [] : [complete(own)]),
      ];
      return statements.length === 0 ? '' : `    ${quoteWord(name)}) ${statements.join('; ')} ;;\n`;
    })
    .join('');
}
