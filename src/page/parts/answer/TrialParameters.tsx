import { useSignal } from '@preact/signals';
import { cut, formatNumber } from '../../../insight/figures/drawing/format.ts';
import type { FigureRow } from '../../../insight/figures/figureStudy.ts';
import { parallelAxes } from '../../../insight/figures/parallel.ts';
import { valueText } from '../../../space/value.ts';
import { paramsJson, shellArguments, yamlOf } from '../../lib/paramsTexts.ts';
import { figures } from '../../state/shownStudy.ts';
import { parameters } from '../../state/store.ts';
import { TrialLink } from '../Card.tsx';
import { Copy } from '../Command.tsx';

const formats = { YAML: yamlOf, JSON: paramsJson, arguments: shellArguments };

/** The parameters of a trial, to read and to copy. */
export function TrialParameters({ of: { trial, params } }: { readonly of: FigureRow }) {
  const said = useSignal('');
  const isOpen = useSignal(false);
  const all = Object.entries(params);
  const important = parallelAxes(figures).flatMap((axis) => parameters.value[axis]?.[0] ?? []);
  const first = important.filter((name) => Object.hasOwn(params, name)).map((name) => [name, params[name]] as const);
  return (
    <>
      <dl class="configuration">
        {(isOpen.value ? all : first).map(([name, value]) => (
          <div key={name}>
            <dt title={cut(name, 400)}>{cut(name, 18)}</dt>
            <dd title={cut(valueText(value), 400)}>{cut(formatNumber(value), 30)}</dd>
          </div>
        ))}
      </dl>
      {all.length > first.length && (
        <button type="button" class="plain" aria-expanded={isOpen.value} onClick={() => (isOpen.value = !isOpen.value)}>
          {isOpen.value ? `only the ${first.length} most important` : `${all.length - first.length} more`}
        </button>
      )}
      <div class="copies">
        Copy
        {Object.entries(formats).map(([format, textOf]) => (
          <Copy key={format} text={textOf(params)} done={`copied as ${format}`} say={(text) => (said.value = text)}>
            {format}
          </Copy>
        ))}
        <TrialLink trial={trial}>Why trial {trial}?</TrialLink>
        <span role="status">{said.value}</span>
      </div>
    </>
  );
}
