import { type Dimension, valuesOf } from '../../../space/dimension.ts';
import { isRange } from '../../../space/parameterType.ts';
import { cut, number } from '../lib/format.ts';
import { act } from '../state/connect.ts';
import { detail, parameters } from '../state/store.ts';
import { Said, useSaying } from './Said.tsx';
import { mayAct } from './Trial.tsx';

/** What a person can do to a study. */
export function Controls() {
  const { said, say } = useSaying();
  const one = detail.value;
  if (one === undefined) return null;
  if (!mayAct())
    return <p class="note">To act on this study, open the page with its token: the address that the server prints when it starts.</p>;
  const change = (event: SubmitEvent, run: (data: FormData) => void) => {
    event.preventDefault();
    run(new FormData(event.currentTarget as HTMLFormElement));
  };
  return (
    <div class="controls">
      <section>
        <h3>Course</h3>
        <div class="buttons">
          {one.phase === 'paused' ? (
            <button type="button" onClick={() => say(act({ type: 'change', paused: false }), 'it goes on')}>
              Resume
            </button>
          ) : (
            <button
              type="button"
              disabled={one.phase === 'closed'}
              onClick={() => say(act({ type: 'change', paused: true }), 'no new trials begin')}
            >
              Pause
            </button>
          )}
          <button
            type="button"
            class="danger"
            disabled={one.phase === 'closed'}
            onClick={() => say(act({ type: 'close' }), 'it is closed')}
          >
            Close the study
          </button>
        </div>
        <form
          onSubmit={(event) => change(event, (data) => say(act({ type: 'change', parallel: Number(data.get('parallel')) }), 'changed'))}
        >
          <label>
            trials at a time
            <input type="number" name="parallel" min={1} step={1} required defaultValue={one.parallel} />
          </label>
          <button type="submit">Set</button>
        </form>
        <form onSubmit={(event) => change(event, (data) => say(act({ type: 'change', trials: Number(data.get('trials')) }), 'changed'))}>
          <label>
            trials in all
            <input type="number" name="trials" min={1} step={1} required defaultValue={one.limit} />
          </label>
          <button type="submit">Set</button>
        </form>
        <Said of={said.value} />
      </section>
      <Strategy />
      <Enqueue />
    </div>
  );
}

function Strategy() {
  const { said, say } = useSaying();
  const now = JSON.stringify(detail.value?.strategy, null, 1);
  const switchTo = (event: SubmitEvent) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get('strategy')).trim();
    say(act({ type: 'change', strategy: dataOf(text) }), 'switched: the new one has been told the past');
  };
  return (
    <section>
      <h3>Strategy</h3>
      <form class="tall" onSubmit={switchTo}>
        <label>
          as JSON, or a name such as tpe
          <textarea name="strategy" rows={5} spellcheck={false} required defaultValue={now} />
        </label>
        <button type="submit">Switch</button>
      </form>
      <Said of={said.value} />
    </section>
  );
}

/** JSON, or else a name. */
function dataOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A configuration to try next; what is left empty is drawn. */
function Enqueue() {
  const { said, say } = useSaying();
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const params: Record<string, unknown> = {};
    for (const [k, [name, dimension]] of parameters.value.entries()) {
      const text = String(data.get(`p${k}`) ?? '');
      if (text !== '') params[name] = typedValue(dimension, text);
    }
    say(act({ type: 'enqueue', params }), 'it is tried next');
  };
  return (
    <section class="enqueue">
      <h3>Try a configuration</h3>
      <form class="grid" onSubmit={send}>
        {parameters.value.map(([name, dimension], k) => (
          <label key={name} for={`p${k}`}>
            {cut(name, 60)}
            <Field dimension={dimension} name={`p${k}`} />
          </label>
        ))}
        <button type="submit">Enqueue</button>
      </form>
      <Said of={said.value} />
    </section>
  );
}

function Field({ dimension, name }: { readonly dimension: Dimension; readonly name: string }) {
  const values = valuesOf(dimension);
  if (isRange(values)) {
    const { low, high, whole, step = 1 } = values;
    const placeholder = `${number(low)} to ${number(high)}`;
    return <input type="number" id={name} name={name} min={low} max={high} step={whole ? step : 'any'} placeholder={placeholder} />;
  }
  return (
    <select id={name} name={name}>
      <option value="">drawn</option>
      {values.map((value, i) => (
        <option key={String(value)} value={i}>
          {cut(String(value), 60)}
        </option>
      ))}
    </select>
  );
}

function typedValue(dimension: Dimension, text: string): unknown {
  const values = valuesOf(dimension);
  return isRange(values) ? Number(text) : values[Number(text)];
}
