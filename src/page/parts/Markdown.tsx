import type { MarkedToken, Token, Tokens } from 'marked';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { tokensIn } from '../lib/markdown.ts';

/** Lists and quotes inside each other that are drawn; deeper ones are shown as they were written. */
const MOST_LEVELS = 8;
/** Where a link may lead to. */
const ADDRESS = /^(https?:\/\/|mailto:)/i;

/** Text in Markdown (CommonMark and the tables of GitHub). HTML is shown as text, and an image as a link, so a note can neither act nor load anything. */
export function Markdown({ text }: { readonly text: string }) {
  const tokens = useMemo(() => tokensIn(text), [text]);
  return <div class="markdown">{tokens?.map((token, i) => <Shown key={i} token={token} depth={0} />) ?? text}</div>;
}

function Shown({ token, depth }: { readonly token: Token; readonly depth: number }): ComponentChildren {
  const inner = (tokens: readonly Token[] = []) => tokens.map((part, i) => <Shown key={i} token={part} depth={depth + 1} />);
  const one = token as MarkedToken; // there are no extensions, which could make others
  if (depth > MOST_LEVELS) return one.raw;
  switch (one.type) {
    case 'space':
    case 'def':
      return null;
    case 'heading':
      return <p class="markdown-heading">{inner(one.tokens)}</p>;
    case 'paragraph':
      return <p>{inner(one.tokens)}</p>;
    case 'blockquote':
      return <blockquote>{inner(one.tokens)}</blockquote>;
    case 'list': {
      const items = one.items.map((item, i) => <li key={i}>{inner(item.tokens)}</li>);
      return one.ordered ? <ol start={Number(one.start) || 1}>{items}</ol> : <ul>{items}</ul>;
    }
    case 'checkbox':
      return one.checked ? '☑ ' : '☐ ';
    case 'code':
      return <pre>{one.text}</pre>;
    case 'codespan':
      return <code>{one.text}</code>;
    case 'strong':
      return <strong>{inner(one.tokens)}</strong>;
    case 'em':
      return <em>{inner(one.tokens)}</em>;
    case 'del':
      return <del>{inner(one.tokens)}</del>;
    case 'br':
      return <br />;
    case 'hr':
      return <hr />;
    case 'link':
      return <Link to={one.href}>{inner(one.tokens)}</Link>;
    case 'image':
      return <Link to={one.href}>{one.text || one.href}</Link>;
    case 'table':
      return <Table of={one} inner={inner} />;
    case 'text':
      return 'tokens' in one && one.tokens ? inner(one.tokens) : one.text;
    case 'escape':
      return one.text;
    default:
      return one.raw;
  }
}

const Link = ({ to, children }: { readonly to: string; readonly children: ComponentChildren }) =>
  ADDRESS.test(to) ? (
    <a href={to} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ) : (
    children
  );

const Table = ({ of, inner }: { readonly of: Tokens.Table; readonly inner: (tokens: readonly Token[]) => ComponentChildren }) => (
  <div class="scroll">
    <table class="small">
      <thead>
        <tr>
          {of.header.map(({ tokens }, i) => (
            <th key={i}>{inner(tokens)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {of.rows.map((cells, i) => (
          <tr key={i}>
            {cells.map(({ tokens }, k) => (
              <td key={k}>{inner(tokens)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
