import { monitorEventLoopDelay } from 'node:perf_hooks';
const R = process.argv[2] + '/dist/';
const h = await import(R + 'streams/index.js');
const d = 10, START = Number(process.argv[3] ?? 300), END = Number(process.argv[4] ?? 420), SECS = 2;
const of = h.space(Object.fromEntries(Array.from({ length: d }, (_, i) => ['x' + i, h.float(0, 1)])));
const f = (p) => Object.values(p).reduce((s, x, i) => s + (x - 0.3 - 0.04 * i) ** 2 + 0.3 * Math.cos(9 * x), 0);
let n = 0, busy = 0, from, delay = monitorEventLoopDelay({ resolution: 5 });
const train = async (p) => { const k = ++n; if (k === START) { from = performance.now(); busy = 0; delay.enable(); console.log('measuring', process.uptime()); }
  if (k < START) return f(p);
  const t = performance.now(); await new Promise((r) => setTimeout(r, SECS * 1000 * (0.75 + 0.5 * Math.random()))); busy += Math.min(performance.now(), Infinity) - t; return f(p); };
const { lastValueFrom } = await import('rxjs'); const res = await lastValueFrom(h.optimize(of, train, { strategy: START > 800 ? h.chain(h.take(START - 8, h.random()), h.bo()) : h.bo(), trials: END, parallel: 8, seed: 1 }));
console.log(n, JSON.stringify(res).slice(0, 600));
const wall = performance.now() - from;
console.log('idle share', (1 - busy / (8 * wall)).toFixed(3), 'wall', wall.toFixed(0), 'loop delay max', (delay.max / 1e6).toFixed(0), 'p99', (delay.percentile(99) / 1e6).toFixed(0), 'mean', (delay.mean/1e6).toFixed(0));
