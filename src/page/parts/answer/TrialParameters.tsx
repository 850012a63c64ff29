import { useSignal } from '@preact/signals';
import { cut, formatNumber } from '../../../insight/figures/drawing/format.ts';
import type { FigureRow } from '../../../insight/figures/study.ts';
import { valueText } from '../../../space/value.ts';
import { paramsJson, shellArguments, yamlOf } from '../../lib/copies.ts';
import { lookAt } from '../../state/selection.ts';

const formats = { YAML: yamlOf, JSON: paramsJson, arguments: shellArguments };

/** The parameters of a trial, to read and to copy. */
export function TrialParameters({ of: { trial, params } }: { readonly of: FigureRow }) {
  const said = useSignal('');
  const copy = async (format: keyof typeof formats) => {
    try {
      await navigator.clipboard.writeText(formats[format](params));
      said.value = `copied as ${format}`;
    } catch {
      said.value = 'this browser does not let the page copy; select the text instead';
    }
  };
  return (
    <>
      <dl class="configuration">
        {Object.entries(params).map(([name, value]) => (
          <div key={name}>
            <dt title={cut(name, 400)}>{cut(name, 30)}</dt>
            <dd title={cut(valueText(value), 400)}>{cut(formatNumber(value), 30)}</dd>
          </div>
        ))}
      </dl>
      <div class="copies">
        Copy
        {(Object.keys(formats) as (keyof typeof formats)[]).map((format) => (
          <button key={format} type="button" onClick={() => void copy(format)}>
            {format}
          </button>
        ))}
        <button type="button" class="plain" onClick={() => lookAt(trial)}>
          Why trial {trial}?
        </button>
        <span role="status">{said.value}</span>
      </div>
    </>
  );
}
