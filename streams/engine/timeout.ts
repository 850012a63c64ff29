/** Milliseconds that a timer can wait: for more, Node waits 1. */
const LONGEST = 2 ** 31 - 1;

/** Does something after so many seconds, however many they are. @returns a function that calls it off. */
export function after(seconds: number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (left: number) => {
    timer = setTimeout(() => (left > LONGEST ? wait(left - LONGEST) : act()), Math.min(left, LONGEST));
  };
  wait(seconds * 1000);
  return () => clearTimeout(timer);
}
