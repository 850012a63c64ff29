interface TipProps {
  /** The position of the pointer in the window. */
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** A tooltip next to the pointer, on the side with more room, over all cards. */
export const Tip = ({ x, y, text }: TipProps) => {
  const across = x > innerWidth / 2 ? { right: `${innerWidth - x + 14}px` } : { left: `${x + 14}px` };
  const down = y > innerHeight / 2 ? { bottom: `${innerHeight - y}px` } : { top: `${y}px` };
  return (
    <pre class="tip" style={{ ...across, ...down }}>
      {text}
    </pre>
  );
};
