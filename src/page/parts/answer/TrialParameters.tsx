import { useSignal } from '@preact/signals';
import { cut, formatNumber } from '../../../insight/figures/drawing/format.ts';
import type { FigureRow } from '../../../insight/figures/study.ts';
import { valueText } from '../../../space/value.ts';
import { paramsJson, shellArguments, yamlOf } from '../../lib/copies.ts';
import { lookAt } from '../../state/selection.ts';
import { Copy } from '../Command.tsx';

const formats = { YAML: yamlOf, JSON: paramsJson, arguments: shellArguments };

/** The parameters of a trial, to read and to copy. */
export function TrialParameters({ of: { trial, params } }: { readonly of: FigureRow }) {
  const said = useSignal('');
  return (
    <>
      <dl class="configuration">
        {Object.entries(params).map(([name, value]) => (
          <div key={name}>
            <dt title={cut(name, 400)}>{cut(name, 18)}</dt>
            <dd title={cut(valueText(value), 400)}>{cut(formatNumber(value), 30)}</dd>
          </div>
        ))}
      </dl>
      <div class="copies">
        Copy
        {Object.entries(formats).map(([format, textOf]) => (
          <Copy key={format} text={textOf(params)} done={`copied as ${format}`} say={(text) => (said.value = text)}>
            {format}
          </Copy>
        ))}
        <button type="button" class="plain" onClick={() => lookAt(trial)}>
          Why trial {trial}?
        </button>
        <span role="status">{said.value}</span>
      </div>
    </>
  );
}
