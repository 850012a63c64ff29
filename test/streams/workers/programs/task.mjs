const tasks = {
  count: () => 1,
  unheld: () => 1,
  grows: () => {
    const all = [];
    for (;;) all.push(Array.from({ length: 100_000 }, () => Math.random()));
  },
  loop: () => {
    for (;;);
  },
};
export default ({ does }) => tasks[does]();
