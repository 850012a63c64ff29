import { useSignal } from '@preact/signals';
import { cut } from '../../insight/figures/drawing/format.ts';
import type { FigureRow } from '../../insight/figures/figureStudy.ts';
import type { KeptFile } from '../../server/feed/wire.ts';
import { get, mayAct, read, resourcePath, upload } from '../state/api.ts';
import { Feedback, useFeedback } from './Feedback.tsx';
import { Trace } from './Trace.tsx';
import { useAnswer } from './useAnswer.ts';

/** Bytes of the end of a text that are shown. */
const SHOWN_BYTES = 2 ** 16;

/** The output and files of a trial. Empty if its files are not on the machine of the server. */
export function Files({ row }: { readonly row: FigureRow }) {
  const added = useSignal(0);
  const { feedback, show } = useFeedback();
  const path = `trials/${row.trial}/files`;
  const files = useAnswer(() => get<readonly KeptFile[] | null>(path), `${row.state} ${row.step} ${row.attempt} ${added.value}`).value;
  if (!files) return null;
  const output = `attempt-${row.attempt}.log`;
  const printed = files.find(({ name }) => name === output);
  const others = files.filter(({ name }) => name !== output);
  const add = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file)
      show(
        upload(path, file).finally(() => added.value++),
        'added',
      );
    input.value = '';
  };
  return (
    <>
      {printed && (
        <section>
          <h3>Output</h3>
          <Text path={`${path}/${output}`} version={printed.bytes} />
          {printed.bytes > SHOWN_BYTES && <a href={resourcePath(`${path}/${output}`)}>all {size(printed.bytes)}</a>}
        </section>
      )}
      {(others.length > 0 || mayAct()) && (
        <section>
          <h3>Files</h3>
          <ul class="files">
            {others.map((file) => (
              <li key={file.name}>
                <File file={file} path={`${path}/${file.name.split('/').map(encodeURIComponent).join('/')}`} />
              </li>
            ))}
          </ul>
          {mayAct() && (
            <label class="upload">
              Add a file
              <input type="file" onChange={add} />
            </label>
          )}
          <Feedback of={feedback.value} />
        </section>
      )}
    </>
  );
}

function File({ file: { name, bytes, at }, path }: { readonly file: KeptFile; readonly path: string }) {
  const isOpen = useSignal(false);
  const link = (
    <a href={resourcePath(path)} download={name.split('/').at(-1)}>
      {cut(name, 80)}
    </a>
  );
  const isText = /\.(txt|log|md|[ct]sv|jsonl?|ya?ml|toml)$/i.test(name);
  return (
    <>
      {link} <span class="note">{size(bytes)}</span>
      {/\.(png|jpe?g|gif|webp|svg)$/i.test(name) && <img src={`${resourcePath(path)}?at=${at}`} alt={cut(name, 80)} loading="lazy" />}
      {isText && (
        <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
          <summary>show</summary>
          {isOpen.value && <Text path={path} version={bytes} />}
        </details>
      )}
    </>
  );
}

/** The end of a text. */
function Text({ path, version }: { readonly path: string; readonly version: number }) {
  const text = useAnswer(() => read(`${path}?last=${SHOWN_BYTES}`).catch((error: Error) => error.message), `${path} ${version}`);
  return <Trace text={text.value ?? ''} />;
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
