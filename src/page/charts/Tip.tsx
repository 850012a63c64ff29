interface TipProps {
  /** The position of the pointer within `within`. */
  readonly x: number;
  readonly y: number;
  readonly within: { readonly clientWidth: number; readonly clientHeight: number };
  readonly text: string;
}

/** A tooltip next to the pointer, on the side with more room. */
export const Tip = ({ x, y, within: { clientWidth, clientHeight }, text }: TipProps) => {
  const across = x > clientWidth / 2 ? { right: `${clientWidth - x + 14}px` } : { left: `${x + 14}px` };
  const down = y > clientHeight / 2 ? { bottom: `${clientHeight - y}px` } : { top: `${y}px` };
  return (
    <pre class="tip" style={{ ...across, ...down }}>
      {text}
    </pre>
  );
};
