import type { Command } from 'commander';
import { print } from '../../../text/output.ts';
import { declare } from '../../command.ts';
import { among, needed } from '../../parts.ts';

/** Completions after a command: its options, the values of options with fixed choices, and the commands of a group. */
interface Completed {
  /** The words that call it. */
  readonly name: string;
  readonly description: string;
  readonly options: readonly Flag[];
  /** Words that can follow. */
  readonly words: readonly string[];
}
interface Flag {
  /** Such as `-f`, `--follow`. */
  readonly names: readonly string[];
  readonly description: string;
  readonly choices: readonly string[];
}

export const command = declare({
  description: 'Print a script that completes commands, options and their values in your shell.',
  arguments: { shell: needed('shell', 'your shell', { kind: among(['bash', 'zsh', 'fish']) }) },
  help: `Examples:
  source <(hypertide dev completion bash)    in ~/.bashrc; likewise for zsh
  hypertide dev completion fish > ~/.config/fish/completions/hypertide.fish`,
  run: async ({ shell }, { wholeProgram }) => {
    const program = await wholeProgram();
    print({ fish, zsh, bash }[shell](program.name(), completedIn(program)));
    return 0;
  },
});

/** All commands below a command, each group before its own. */
const completedIn = (parent: Command, before = ''): Completed[] =>
  parent
    .createHelp()
    .visibleCommands(parent)
    .flatMap((command) => {
      const name = `${before}${command.name()}`;
      return [completed(command, name), ...completedIn(command, `${name} `)];
    });

function completed(command: Command, name: string): Completed {
  const help = command.createHelp();
  return {
    name,
    description: command.summary(),
    options: help.visibleOptions(command).map(({ short, long, description, argChoices = [] }) => ({
      names: [short, long].filter((each) => each != null),
      description,
      choices: argChoices,
    })),
    words: help.visibleCommands(command).map((below) => below.name()),
  };
}

/** The commands that one word calls. */
const atTop = (commands: readonly Completed[]) => commands.filter(({ name }) => !name.includes(' '));

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** The names of groups, for a pattern of a shell. */
const groupsOf = (commands: readonly Completed[]): string =>
  atTop(commands)
    .filter(({ words }) => words.length > 0)
    .map(({ name }) => name)
    .join(' | ');
const namesOf = ({ options }: Completed): string[] => options.flatMap(({ names }) => names);

/** Without candidates, bash completes files. */
function bash(program: string, commands: readonly Completed[]): string {
  const cases = commands.flatMap((command) => [
    ...command.options.flatMap(({ names, choices }) =>
      choices.length > 0 ? names.map((name) => `    ${quoted(command.name)}:${name}) words=${quoted(choices.join(' '))} ;;`) : [],
    ),
    `    ${quoted(command.name)}:*) words=${quoted([...command.words, ...namesOf(command)].join(' '))} ;;`,
  ]);
  return `# ${program} dev completion bash: add this line to ~/.bashrc
#   source <(${program} dev completion bash)
_${program}() {
  local current=\${COMP_WORDS[COMP_CWORD]} words name=\${COMP_WORDS[1]}
  COMPREPLY=()
  case "$name" in ${groupsOf(commands)}) ((COMP_CWORD > 2)) && name+=" \${COMP_WORDS[2]}" ;; esac
  for ((i = 1; i < COMP_CWORD; i++)); do [[ \${COMP_WORDS[i]} == -- ]] && return; done
  case "$name:\${COMP_WORDS[COMP_CWORD - 1]}" in
${cases.join('\n')}
  esac
  if ((COMP_CWORD == 1)); then words=${quoted(
    atTop(commands)
      .map(({ name }) => name)
      .join(' '),
  )}; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${program} ${program}`;
}

function zsh(program: string, commands: readonly Completed[]): string {
  const described = atTop(commands).map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`);
  const cases = commands.flatMap((command) => [
    ...command.options.flatMap(({ names, choices }) =>
      choices.length > 0
        ? names.map((name) => `    ${quoted(command.name)}:${name}) compadd -- ${choices.map(quoted).join(' ')}; return ;;`)
        : [],
    ),
    `    ${quoted(command.name)}:*) compadd -- ${[...command.words, ...namesOf(command)].map(quoted).join(' ')} ;;`,
  ]);
  return `#compdef ${program}
# ${program} dev completion zsh: add this line to ~/.zshrc, after compinit
#   source <(${program} dev completion zsh)
_${program}() {
  local -a commands=(
${described.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  ((\${words[(i)--]} < CURRENT)) && { _files; return }
  local name=$words[2]
  case "$name" in ${groupsOf(commands)}) ((CURRENT > 3)) && name+=" $words[3]" ;; esac
  case "$name:$words[CURRENT-1]" in
${cases.join('\n')}
  esac
  _files
}
compdef _${program} ${program}`;
}

function fish(program: string, commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, description, options }) => {
    const path = name.split(' ');
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const within = `complete -c ${program} -n ${quoted(seen.join('; and '))}`;
    const before = path.length === 1 ? '__fish_use_subcommand' : quoted(seen[0]!);
    return [
      `complete -c ${program} -f -n ${before} -a ${path.at(-1)} -d ${quoted(description)}`,
      ...options.map((option) => `${within} ${flagIn(option)}`),
    ];
  });
  return `# ${program} dev completion fish: write this to a file that fish reads
#   ${program} dev completion fish > ~/.config/fish/completions/${program}.fish
${lines.join('\n')}`;
}

function flagIn({ names, description, choices }: Flag): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return [...flags, ...(choices.length > 0 ? [`-x -a ${quoted(choices.join(' '))}`] : []), `-d ${quoted(description)}`].join(' ');
}
