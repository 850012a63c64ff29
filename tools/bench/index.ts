// npx tsx tools/bench [NAME] [OPTIONS]: builds the package, compiles the benchmarks into .bench, and runs one: without a name, that of the engine.
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';

/** Figures of microseconds, which the helpers that tsx puts around functions would change: these run compiled. */
const compiled: readonly string[] = ['engine', 'nats', 'http'];
const others: readonly string[] = ['calibration', 'coco', 'curves', 'gate', 'objectives', 'quality', 'racing', 'scale'];

/** Runs a program. If it fails, this one ends with its status. */
function run(program: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const [name = 'engine', ...options] = process.argv.slice(2);
if (![...compiled, ...others].includes(name)) {
  console.error(`expected a benchmark among ${[...compiled, ...others].join(', ')}, got ${name}`);
  process.exit(2);
}
run('npm', 'run', '--silent', 'build');
if (compiled.includes(name)) {
  run(process.execPath, 'node_modules/typescript-native/bin/tsc', '-p', 'tools/bench');
  cpSync('test/scripts', '.bench/test/scripts', { recursive: true });
  cpSync('tools/bench', '.bench/tools/bench', { recursive: true, filter: (path) => !/\.(ts|json)$|\/data$/.test(path) });
  run(process.execPath, '--expose-gc', `.bench/tools/bench/${name}.js`, ...options);
} else {
  run(process.execPath, '--import', 'tsx', `tools/bench/${name}.ts`, ...options);
}
