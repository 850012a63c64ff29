/**
 * An objective that needs a processor to itself: it simulates a pendulum that a controller should hold upright, without an await. Lower is better.
 *
 * @type {import('hypertide').Objective<{ readonly stiffness: number; readonly damping: number }>}
 */
export default function swing({ stiffness, damping }, { report, signal }) {
  const step = 2e-5;
  let cost = 0;
  for (let start = 1; start <= 10 && !signal.aborted; start++) {
    let [angle, speed] = [0.1 * start, 0];
    for (let time = 0; time < 10; time += step) {
      const torque = Math.max(-20, Math.min(20, -stiffness * angle - damping * speed));
      speed += (9.81 * Math.sin(angle) + torque) * step;
      angle += speed * step;
      cost += (angle ** 2 + 1e-4 * torque ** 2) * step;
    }
    report(cost / start, start); // if the trial should stop, the signal is aborted when this returns
  }
  return cost / 10;
}
