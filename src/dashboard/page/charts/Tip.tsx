interface TipProps {
  /** Where the pointer is, from the corner of what it is over. */
  readonly x: number;
  readonly y: number;
  readonly within: { readonly clientWidth: number; readonly clientHeight: number };
  readonly text: string;
}

/** What is said beside the pointer, on the side where there is more room. */
export const Tip = ({ x, y, within: { clientWidth, clientHeight }, text }: TipProps) => {
  const across = x > clientWidth / 2 ? { right: `${clientWidth - x + 14}px` } : { left: `${x + 14}px` };
  const down = y > clientHeight / 2 ? { bottom: `${clientHeight - y}px` } : { top: `${y}px` };
  return (
    <pre class="tip" style={{ ...across, ...down }}>
      {text}
    </pre>
  );
};
