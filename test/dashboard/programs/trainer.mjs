// Reports a curve. Its parameters decide how it ends.
const { lr, layers, kind } = JSON.parse(process.env.HYPERTIDE_PARAMS);
process.on('SIGTERM', () => process.exit(0));
if (layers === 4 && lr > 0.05) {
  console.log(JSON.stringify({ infeasible: 'out of memory' }));
  process.exit(0);
}
if (layers === 3 && lr > 0.06) process.exit(3);
const loss = Math.abs(Math.log10(lr) + 2.5) + 0.1 * layers + (kind === 'relu' ? 0 : 0.2);
// A trial that runs until a person stops it.
const steps = lr === 0.05 ? 10_000 : 6;
for (let step = 1; step <= steps; step++) {
  await new Promise((resolve) => setTimeout(resolve, 40));
  console.log(JSON.stringify({ step, loss: loss + 1 / step }));
}
console.log(JSON.stringify({ loss, size: layers * loss, metrics: { layers } }));
