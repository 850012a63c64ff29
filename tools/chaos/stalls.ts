/** Tells when this process stood still for so long, as a busy machine may let it. @returns ends it */
export function onStall(milliseconds: number, tell: () => void): () => void {
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - last > milliseconds) tell();
    last = now;
  }, 100).unref();
  return () => clearInterval(timer);
}
