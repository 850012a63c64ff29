import type { Command } from 'commander';
import { print } from '../../../text/output.ts';

/** Completions after a command: its options, and the values of options with fixed choices. */
interface Completed {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Flag[];
  /** The arguments of the command with fixed choices. */
  readonly words: readonly string[];
}
interface Flag {
  /** Such as `-f`, `--follow`. */
  readonly names: readonly string[];
  readonly description: string;
  readonly choices: readonly string[];
}

/** `hypertide completion`: a script that completes commands, options, and the fixed choices of options in a shell. Resolves with the exit status. */
export async function printCompletion(program: Command, shell: string): Promise<number> {
  const commands = program.commands.map(completed);
  print((shell === 'fish' ? fish : shell === 'zsh' ? zsh : bash)(program.name(), commands));
  return 0;
}

function completed(command: Command): Completed {
  const options = command.createHelp().visibleOptions(command);
  return {
    name: command.name(),
    description: command.summary(),
    options: options.map(({ short, long, description, argChoices = [] }) => ({
      names: [short, long].filter((name) => name != null),
      description,
      choices: argChoices,
    })),
    words: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const namesOf = ({ options }: Completed): string[] => options.flatMap(({ names }) => names);

/** Without candidates, bash completes files. */
function bash(program: string, commands: readonly Completed[]): string {
  const cases = commands.flatMap((command) => [
    ...command.options.flatMap(({ names, choices }) =>
      choices.length > 0 ? names.map((name) => `    ${command.name}:${name}) words=${quoted(choices.join(' '))} ;;`) : [],
    ),
    `    ${command.name}:*) words=${quoted([...command.words, ...namesOf(command)].join(' '))} ;;`,
  ]);
  return `# ${program} completion bash: add this line to ~/.bashrc
#   source <(${program} completion bash)
_${program}() {
  local current=\${COMP_WORDS[COMP_CWORD]} words
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do [[ \${COMP_WORDS[i]} == -- ]] && return; done
  case "\${COMP_WORDS[1]}:\${COMP_WORDS[COMP_CWORD - 1]}" in
${cases.join('\n')}
  esac
  if ((COMP_CWORD == 1)); then words=${quoted(commands.map(({ name }) => name).join(' '))}; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${program} ${program}`;
}

function zsh(program: string, commands: readonly Completed[]): string {
  const described = commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`);
  const cases = commands.flatMap((command) => [
    ...command.options.flatMap(({ names, choices }) =>
      choices.length > 0 ? names.map((name) => `    ${command.name}:${name}) compadd -- ${choices.map(quoted).join(' ')}; return ;;`) : [],
    ),
    `    ${command.name}:*) compadd -- ${[...command.words, ...namesOf(command)].map(quoted).join(' ')} ;;`,
  ]);
  return `#compdef ${program}
# ${program} completion zsh: add this line to ~/.zshrc, after compinit
#   source <(${program} completion zsh)
_${program}() {
  local -a commands=(
${described.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  ((\${words[(i)--]} < CURRENT)) && { _files; return }
  case "$words[2]:$words[CURRENT-1]" in
${cases.join('\n')}
  esac
  _files
}
compdef _${program} ${program}`;
}

function fish(program: string, commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, description, options, words }) => {
    const within = `complete -c ${program} -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c ${program} -f -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ...(words.length > 0 ? [`${within} -f -a ${quoted(words.join(' '))}`] : []),
      ...options.map((option) => `${within} ${flagIn(option)}`),
    ];
  });
  return `# ${program} completion fish: write this to a file that fish reads
#   ${program} completion fish > ~/.config/fish/completions/${program}.fish
${lines.join('\n')}`;
}

function flagIn({ names, description, choices }: Flag): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return [...flags, ...(choices.length > 0 ? [`-x -a ${quoted(choices.join(' '))}`] : []), `-d ${quoted(description)}`].join(' ');
}
