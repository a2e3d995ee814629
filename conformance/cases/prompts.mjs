// What people do to their prompts and options: none of it changes what a run gives.

const COMMAND = { posix: 'echo said; (exit 3)', fish: "echo said; sh -c 'exit 3'" };
const WELL = { exitCode: 3, output: 'said\n' };
const ONLY_BASH = { zsh: 'a variable of bash', fish: 'a variable of bash', dash: 'a variable of bash' };
/** bash shows then whatever it runs before a prompt. */
const VERBOSE = { bash: false, other: true };
const DASH_PROMPT = { dash: 'its prompt is the only place where it says that a command has ended' };
const NO_LISTS = 'the hooks are gone with the lists';
const NO_PROMPT_COMMAND = 'what tells the end of this very run is gone before it could';
const NOT_FISH = { fish: 'an option of POSIX shells' };

/** The same two runs under some line of the user's start-up file. */
const under = (id, title, rc, more = {}) => ({
  id,
  title,
  rc,
  steps: [
    { run: COMMAND, expect: WELL },
    { run: 'true', expect: {} },
    { run: COMMAND, expect: WELL },
  ],
  ...more,
});

/** The same when the line is a run of its own. Output of tracing options is the shell's, so only the end of it is looked at. */
const live = (id, title, run, more = {}) => ({
  id,
  title,
  steps: [
    { run, timeoutMs: 5_000, expect: { output: null }, honest: more.honest },
    { run: COMMAND, timeoutMs: 8_000, expect: { exitCode: 3, output: /said\n/ }, honest: more.honestAfter },
    { run: 'true', timeoutMs: 8_000, expect: { output: null }, honest: more.honestAfter },
    { run: COMMAND, timeoutMs: 8_000, expect: { exitCode: 3, output: /said\n/ }, honest: more.honestAfter },
  ],
  ...more,
});

export const cases = [
  live(
    'prompt-changed',
    'the prompt is changed in the middle of the session',
    {
      posix: "PS1='new> '",
      fish: "function fish_prompt; echo -n 'new> '; end",
    },
    {
      honest: DASH_PROMPT,
      honestAfter: DASH_PROMPT,
      after: { dash: false, other: true },
      traces: { dash: false, other: true },
    },
  ),
  under('prompt-empty', 'an empty prompt', { posix: "PS1=''", fish: 'function fish_prompt; end' }),
  under('prompt-two-lines', 'a prompt of two lines with colours and glyphs, drawn by functions as starship does', {
    bash: String.raw`starship_precmd() { local s=$?; PS1=$'\n\\[\\e[1;36m\\]~/work\\[\\e[0m\\] on \\[\\e[35m\\]main\\[\\e[0m\\] ['"$s"$']\n\\[\\e[32m\\]❯\\[\\e[0m\\] '; }
PROMPT_COMMAND=starship_precmd`,
    zsh: String.raw`setopt prompt_subst
starship_precmd() { STATUS=$? }
precmd_functions+=(starship_precmd)
PROMPT=$'\n%F{cyan}~/work%f on %F{magenta}main%f [$STATUS]\n%F{green}❯%f '`,
    fish: String.raw`function fish_prompt; set -l s $status; echo; set_color cyan; echo -n '~/work'; set_color normal; echo " on main [$s]"; set_color green; echo -n '❯ '; set_color normal; end`,
    dash: `PS1='
~/work on main
> '`,
  }),
  under(
    'prompt-right',
    'a prompt on the right',
    { zsh: "RPROMPT='%F{yellow}12:00%f'", fish: 'function fish_right_prompt; echo 12:00; end' },
    { not: { bash: 'bash has none', dash: 'dash has none' } },
  ),
  under(
    'prompt-instant',
    'a prompt that is drawn before the start-up file is done, as powerlevel10k does',
    {
      zsh: String.raw`print -n $'\e[?25l❯ instant '; zmodload zsh/system 2>/dev/null
sleep 0.3
instant_end() { print -n $'\r\e[K\e[?25h'; precmd_functions=(\${precmd_functions:#instant_end}); }
precmd_functions+=(instant_end)
PROMPT='❯ '`.replaceAll('\\${', '${'),
    },
    { not: { bash: 'a thing of zsh', fish: 'a thing of zsh', dash: 'a thing of zsh' } },
  ),
  under('prompt-own-marks', "a prompt that prints the terminal's own marks (OSC 133)", {
    bash: String.raw`PS1='\[\e]133;A\a\]$ \[\e]133;B\a\]'; PS0='\e]133;C\a'; PROMPT_COMMAND='printf "\e]133;D;%s\a" "$?"'`,
    zsh: String.raw`precmd() { printf '\e]133;D;%s\a\e]133;A\a' $?; }; preexec() { printf '\e]133;C\a'; }`,
    fish: String.raw`function p --on-event fish_prompt; printf '\e]133;D;%s\a\e]133;A\a' $status; end; function q --on-event fish_preexec; printf '\e]133;C\a'; end`,
    dash: String.raw`PS1="$(printf '\033]133;A\007')$ $(printf '\033]133;B\007')"`,
  }),
  under(
    'prompt-slow',
    'a prompt that takes a third of a second',
    {
      bash: "PROMPT_COMMAND='sleep 0.3'",
      zsh: 'precmd() { sleep 0.3; }',
      fish: "function fish_prompt; sleep 0.3; echo '> '; end",
    },
    { not: { dash: 'nothing of the user runs before its prompt' } },
  ),
  under(
    'preexec-slow',
    'something of the user runs before each command and takes its time',
    {
      bash: "PS0='$(sleep 0.6)'",
      zsh: 'preexec() { sleep 0.6; }',
      fish: 'function slow --on-event fish_preexec; sleep 0.6; end',
    },
    { not: { dash: 'nothing of the user runs before its commands' } },
  ),
  under(
    'prompt-that-prints',
    'a prompt command that prints lines of its own',
    {
      bash: "PROMPT_COMMAND='echo ---; echo here'",
      zsh: 'precmd() { echo ---; echo here; }',
      fish: 'function lines --on-event fish_prompt; echo ---; echo here; end',
    },
    { not: { dash: 'nothing of the user runs before its prompt' } },
  ),
  under(
    'prompt-command-array',
    'PROMPT_COMMAND as an array',
    { bash: 'one() { ONE=$?; }; two() { :; }\nPROMPT_COMMAND=(one two)' },
    { not: ONLY_BASH },
  ),
  under(
    'prompt-command-failing',
    'a PROMPT_COMMAND that fails',
    { bash: "PROMPT_COMMAND='false; no_such_program 2>/dev/null'" },
    { not: ONLY_BASH },
  ),
  live('prompt-command-cleared', 'PROMPT_COMMAND is emptied', 'PROMPT_COMMAND=', { not: ONLY_BASH }),
  live('prompt-command-unset', 'PROMPT_COMMAND is unset', 'unset PROMPT_COMMAND', {
    not: ONLY_BASH,
    honest: NO_PROMPT_COMMAND,
  }),
  live('prompt-command-replaced', 'PROMPT_COMMAND is replaced by an array', "PROMPT_COMMAND=('true' 'false')", {
    not: ONLY_BASH,
    honest: NO_PROMPT_COMMAND,
  }),
  under(
    'prompt-command-exported',
    'an exported PROMPT_COMMAND',
    { bash: "export PROMPT_COMMAND='true'" },
    { not: ONLY_BASH },
  ),
  under(
    'prompt-command-with-comment',
    'a PROMPT_COMMAND that ends in a comment',
    { bash: "PROMPT_COMMAND='true # yes'" },
    { not: ONLY_BASH },
  ),
  live('ps0', 'PS0 of the user', String.raw`PS0='[start]\n'`, { not: ONLY_BASH }),
  under(
    'precmd-own',
    'precmd and preexec of the user',
    { zsh: 'precmd() { LAST=$?; }\npreexec() { :; }\nchpwd() { :; }' },
    { not: { bash: 'a thing of zsh', fish: 'a thing of zsh', dash: 'a thing of zsh' } },
  ),
  live('precmd-cleared', 'the lists of hook functions are emptied', 'precmd_functions=() preexec_functions=()', {
    not: { bash: 'a thing of zsh', fish: 'a thing of zsh', dash: 'a thing of zsh' },
    after: false,
    steps: [
      { run: 'precmd_functions=() preexec_functions=()', timeoutMs: 4_000, honest: NO_LISTS, expect: { output: null } },
      { run: COMMAND, timeoutMs: 4_000, honest: NO_LISTS, expect: { exitCode: 3, output: /said\n/ } },
      { run: 'true', timeoutMs: 4_000, honest: NO_LISTS, expect: {} },
    ],
  }),
  under(
    'trap-debug',
    'a DEBUG trap',
    { bash: "trap ':' DEBUG", zsh: "trap ':' DEBUG" },
    { not: { fish: 'fish has none', dash: 'dash has none' } },
  ),
  under(
    'trap-debug-prints',
    'a DEBUG trap that prints to a file',
    { bash: 'trap \'echo "$BASH_COMMAND" >>~/debug\' DEBUG' },
    { not: ONLY_BASH },
  ),
  live('trap-debug-live', 'a DEBUG trap set in the middle of the session', "trap 'LAST_COMMAND=$BASH_COMMAND' DEBUG", {
    not: ONLY_BASH,
  }),
  live('trap-err', 'an ERR trap', "trap ':' ERR", { not: { fish: 'fish has none', dash: 'dash has none' } }),
  under(
    'preexec-library',
    'hooks by a library that works through a DEBUG trap',
    {
      bash: String.raw`__bp_ran=; __bp_preexec() { [[ -n $COMP_LINE ]] && return; [[ -n $__bp_ran ]] && return; __bp_ran=1; }
__bp_precmd() { local s=$?; __bp_ran=; return $s; }
PROMPT_COMMAND='__bp_precmd'; trap '__bp_preexec "$_"' DEBUG`,
    },
    { not: ONLY_BASH },
  ),
  live('nounset', 'set -u', 'set -u', { not: NOT_FISH }),
  live('xtrace', "set -x: the trace shows the user's commands and none of ours", 'set -x', { not: NOT_FISH }),
  live('verbose', 'set -v', 'set -v', { not: NOT_FISH, traces: VERBOSE }),
  live('allexport', 'set -a', 'set -a', { not: NOT_FISH }),
  live('noglob', 'set -f', 'set -f', { not: NOT_FISH }),
  live('noclobber', 'set -C', 'set -C', { not: NOT_FISH }),
  live('posix-mode', 'set -o posix', 'set -o posix', { not: ONLY_BASH }),
  live('promptvars', 'promptvars is off', 'shopt -u promptvars', { not: ONLY_BASH }),
  live('extdebug', 'shopt -s extdebug', 'shopt -s extdebug', { not: ONLY_BASH }),
  live('zsh-options', 'options that change how zsh reads scripts', 'setopt ksh_arrays sh_word_split no_unset', {
    not: { bash: 'options of zsh', fish: 'options of zsh', dash: 'options of zsh' },
  }),
  live('zsh-err-return', 'setopt err_return', 'setopt err_return', {
    not: { bash: 'options of zsh', fish: 'options of zsh', dash: 'options of zsh' },
  }),
  live('ifs', 'IFS holds digits', "IFS='0123456789;'", { not: NOT_FISH }),
  under(
    'vi-mode',
    'vi keys',
    { bash: 'set -o vi', zsh: 'bindkey -v', fish: 'fish_vi_key_bindings' },
    { not: { dash: 'dash has no line editor here' } },
  ),
  live(
    'vi-mode-live',
    'vi keys from the middle of the session on',
    { bash: 'set -o vi', zsh: 'bindkey -v', fish: 'fish_vi_key_bindings' },
    { not: { dash: 'dash has no line editor here' } },
  ),
  under(
    'keys-of-the-user',
    'key bindings of the user in the place of all others',
    {
      bash: String.raw`bind -r '\C-w'; bind '"\C-x": "echo wrong"'`,
      zsh: String.raw`bindkey -d; bindkey -N own; bindkey -M own -R '^@-~' self-insert; bindkey -M own '^M' accept-line; bindkey -A own main`,
      fish: String.raw`function fish_user_key_bindings; bind --erase --all; bind '' self-insert; bind \r execute; end`,
    },
    { not: { dash: 'dash has no line editor here' } },
  ),
  under(
    'no-paste',
    'the line editor without bracketed paste',
    { bash: "bind 'set enable-bracketed-paste off'", zsh: 'unset zle_bracketed_paste' },
    {
      not: { fish: 'fish always takes it', dash: 'dash has no line editor here' },
    },
  ),
  live('redefined-functions', 'printf, echo, test, [ and command are functions of the user', {
    posix: 'printf() { :; }; test() { :; }; command() { :; }; builtin() { :; }; eval() { :; } 2>/dev/null; true',
    dash: 'printf() { :; }; test() { :; }; command() { :; }; true',
    zsh: 'printf() { :; }; test() { :; }; command() { :; }; true',
    fish: 'function printf; end; function math; end; true',
  }),
  live(
    'redefined-aliases',
    'printf, true, exit, local and others are aliases of the user',
    {
      posix:
        'alias printf=false; alias unset=false; alias local=false; alias return=false; alias eval=false; alias case=false 2>/dev/null; true',
      fish: 'alias printf false; alias set_color false; true',
    },
    {
      steps: [
        {
          run: {
            posix: 'alias printf=false; alias unset=false; alias local=false; alias true=false',
            fish: 'alias printf false',
          },
          expect: {},
        },
        { run: COMMAND, expect: WELL },
        { run: COMMAND, expect: WELL },
      ],
    },
  ),
  live('disabled-builtin', 'printf is no built-in any more', 'enable -n printf', { not: ONLY_BASH }),
  live('locale', 'another locale in the middle of the session', { posix: 'LC_ALL=C', fish: 'set -gx LC_ALL C' }),
  live('term-dumb', 'TERM says dumb', { posix: 'TERM=dumb', fish: 'set -gx TERM dumb' }),
  under('narrow', 'a terminal of 20 columns, where every echo wraps', undefined, {
    cols: 20,
    rows: 10,
    steps: [
      {
        run: 'echo a quite long line of text that wraps more than once',
        expect: { output: 'a quite long line of text that wraps more than once\n' },
      },
      { run: COMMAND, expect: WELL },
      { run: 'printf "exactly twenty chars"', expect: { output: 'exactly twenty chars' } },
    ],
  }),
  under('tiny', 'a terminal of two columns and one row', undefined, { cols: 2, rows: 1 }),
  under('huge', 'a terminal of 1000 columns', undefined, { cols: 1000, rows: 200 }),
];
