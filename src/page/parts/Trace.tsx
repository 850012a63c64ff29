/** Output of a program, which the keyboard can scroll too. */
export const Trace = ({ text }: { readonly text: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
  <pre class="trace" tabIndex={0}>
    {text}
  </pre>
);
