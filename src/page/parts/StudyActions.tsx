import { useSignal } from '@preact/signals';
import { cut, formatNumber } from '../../insight/figures/drawing/format.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { type Dimension, valuesOf } from '../../space/types/dimension.ts';
import { isRange } from '../../space/types/parameterType.ts';
import { valueKey, valueText } from '../../space/value.ts';
import type { Changes } from '../../study/intents.ts';
import { ENQUEUED } from '../../study/shown.ts';
import { chosenFrom, OTHER, strategyFrom, strategyNames } from '../lib/chosenStrategy.ts';
import { closedFor, submitAction } from '../state/api.ts';
import { detail, parameters } from '../state/store.ts';
import { AnnotationCard } from './AnnotationCard.tsx';
import { DataForm, Pick } from './Card.tsx';
import { Feedback, useFeedback } from './Feedback.tsx';

/** The actions on a study. */
export function StudyActions() {
  const { feedback, show } = useFeedback();
  const one = detail.value;
  if (one === undefined) return null;
  const reason = closedFor();
  if (reason) return <p class="note">{reason}</p>;
  const change = (to: Changes, done = 'changed') => show(submitAction({ type: 'change', ...to }), done);
  return (
    <div class="controls">
      <section>
        <h2>Study</h2>
        <div class="buttons">
          {one.phase === 'paused' ? (
            <button type="button" onClick={() => change({ paused: false }, 'resumed')}>
              Resume
            </button>
          ) : (
            <button type="button" disabled={one.phase === 'closed'} onClick={() => change({ paused: true }, 'paused: no new trials start')}>
              Pause
            </button>
          )}
          <button
            type="button"
            class="danger"
            disabled={one.phase === 'closed'}
            onClick={() => show(submitAction({ type: 'close' }), 'closed')}
          >
            Close the study
          </button>
        </div>
        <NumberForm label="parallel trials" now={one.parallel} set={(parallel) => change({ parallel })} />
        <NumberForm label="trials in total" now={one.limit} set={(trials) => change({ limits: { trials } })} />
        <Feedback of={feedback.value} />
      </section>
      <section>
        <h2>Notes</h2>
        <AnnotationCard of={one} closedFor={undefined} />
      </section>
      <Strategy />
      <Enqueue />
    </div>
  );
}

interface NumberFormProps {
  readonly label: string;
  readonly now: number | undefined;
  readonly set: (number: number) => void;
}

const NumberForm = ({ label, now, set }: NumberFormProps) => (
  <DataForm submit={(data) => set(Number(data.get('number')))}>
    <label>
      {label}
      <input type="number" name="number" min={1} step={1} required defaultValue={now} />
    </label>
    <button type="submit">Set</button>
  </DataForm>
);

function Strategy() {
  const { feedback, show } = useFeedback();
  const now = chosenFrom(detail.value?.strategy);
  const name = useSignal(now.name);
  const change = (data: FormData) => {
    const strategy = strategyFrom({ name: name.value, text: String(data.get('text')) });
    show(submitAction({ type: 'change', strategy }), 'changed: the new strategy knows all earlier results');
  };
  return (
    <section>
      <h2>Strategy</h2>
      <DataForm class="tall" submit={change}>
        <Pick label="name" of={[...strategyNames, OTHER]} value={name.value} pick={(picked) => (name.value = picked)} />
        <label>
          {name.value === OTHER ? 'strategy, as JSON' : 'options, as JSON; empty for the defaults'}
          <textarea
            key={name.value}
            name="text"
            rows={5}
            spellcheck={false}
            required={name.value === OTHER}
            defaultValue={name.value === now.name ? now.text : ''}
          />
        </label>
        <button type="submit">Change strategy</button>
      </DataForm>
      <Feedback of={feedback.value} />
    </section>
  );
}

/** A form to enqueue a configuration. Values that are left empty are drawn from their priors, or the strategy chooses them. */
function Enqueue() {
  const { feedback, show } = useFeedback();
  const send = (data: FormData) => {
    const params: Record<string, unknown> = {};
    for (const [k, [name, dimension]] of parameters.value.entries()) {
      const text = String(data.get(`p${k}`) ?? '');
      if (text !== '') params[name] = typedValue(dimension, text);
    }
    const rest = data.get('rest') === 'strategy' ? 'strategy' : undefined;
    show(submitAction(omitUndefined({ type: 'enqueue', params, rest })), ...ENQUEUED);
  };
  return (
    <section class="enqueue">
      <h2>Try a configuration</h2>
      <DataForm class="grid" submit={send}>
        {parameters.value.map(([name, dimension], k) => (
          <label key={name} for={`p${k}`}>
            {cut(name, 60)}
            <Field dimension={dimension} name={`p${k}`} />
          </label>
        ))}
        <label for="rest">
          values left empty
          <select id="rest" name="rest">
            <option value="">drawn at random</option>
            <option value="strategy">chosen by the strategy</option>
          </select>
        </label>
        <button type="submit">Enqueue</button>
      </DataForm>
      <Feedback of={feedback.value} />
    </section>
  );
}

function Field({ dimension, name }: { readonly dimension: Dimension; readonly name: string }) {
  const values = valuesOf(dimension);
  if (isRange(values)) {
    const { low, high, whole, step = 1 } = values;
    const placeholder = `${formatNumber(low)} to ${formatNumber(high)}`;
    return <input type="number" id={name} name={name} min={low} max={high} step={whole ? step : 'any'} placeholder={placeholder} />;
  }
  return (
    <select id={name} name={name}>
      <option value="">any</option>
      {values.map((value, i) => (
        <option key={valueKey(value)} value={i}>
          {cut(valueText(value), 60)}
        </option>
      ))}
    </select>
  );
}

function typedValue(dimension: Dimension, text: string): unknown {
  const values = valuesOf(dimension);
  return isRange(values) ? Number(text) : values[Number(text)];
}
