import { type CompletionModel, families, LIST_SESSIONS, quoteWord, type Values } from './model.ts';

/** A script for bash 4 and later. bash cuts words at `=` and `:`, so `--name=value` arrives as three of them. */
export function bashCompletion(model: CompletionModel): string {
  const names = [...new Set(model.commands.map(({ name }) => name.split(' ')[0] ?? ''))];
  const pairs = model.commands.filter(({ name }) => name.includes(' ')).map(({ name }) => quoteWord(name));
  return `# Completion of agent-tty for bash. To have it in every shell: agent-tty completion bash >> ~/.bashrc
_agent_tty() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} first='' second='' count=0 command i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      --) mapfile -t COMPREPLY < <(compgen -A command -A file -- "$cur"); return ;;
      ${model.valued.join('|')})
        [[ \${COMP_WORDS[i+1]} == '=' ]] && i=$((i + 1))
        i=$((i + 1)) ;;
      -*) ;;
      *)
        count=$((count + 1))
        [[ $count == 1 ]] && first=$word
        [[ $count == 2 ]] && second=$word ;;
    esac
  done
  case "$first $second" in
    ${pairs.join('|')}) command="$first $second"; count=$((count - 2)) ;;
    *) command=$first; count=$((count - 1)) ;;
  esac
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  case "$command $prev" in
${valueCases(model)}  esac
  case "$cur" in
    -*)
      case "$command" in
${optionCases(model)}      esac
      return ;;
  esac
  if [[ $first == '' ]]; then
    ${complete({ kind: 'words', words: names })}
    return
  fi
  if [[ $count == 0 ]]; then
    case "$command" in
${wordCases(model)}    esac
  fi
}
complete -F _agent_tty agent-tty
`;
}

/** The statement that completes a value. */
function complete(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `mapfile -t COMPREPLY < <(compgen -W ${quoteWord(values.words.join(' '))} -- "$cur")`;
    case 'file':
      return 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur")';
    case 'directory':
      return 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur")';
    case 'session':
      return `mapfile -t COMPREPLY < <(compgen -W "$(${LIST_SESSIONS})" -- "$cur")`;
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
  return commands
    .map(({ name, options }) => {
      const flags = { kind: 'words', words: options.map(({ flag }) => flag) } as const;
      return `        ${quoteWord(name)}) ${complete(flags)} ;;\n`;
    })
    .join('');
}

/** The second word of a family, and the first positional of a command; `run` has both. */
function wordCases(model: CompletionModel): string {
  const seconds = families(model);
  const names = new Set([...model.commands.map(({ name }) => name), ...seconds.keys()]);
  return [...names]
    .map((name) => {
      const own = model.commands.find((command) => command.name === name)?.word ?? { kind: 'none' };
      const words = seconds.get(name)?.map((command) => command.name.split(' ')[1] ?? '') ?? [];
      if (words.length === 0) return own.kind === 'none' ? '' : `      ${quoteWord(name)}) ${complete(own)} ;;\n`;
      const more = own.kind === 'session' ? `$(${LIST_SESSIONS})` : '';
      return `      ${quoteWord(name)}) mapfile -t COMPREPLY < <(compgen -W "${words.join(' ')} ${more}" -- "$cur") ;;\n`;
    })
    .join('');
}
