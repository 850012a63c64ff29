import { useSignal } from '@preact/signals';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Annotation as Said } from '../../study/trials.ts';
import { submitAction } from '../state/api.ts';
import { DataForm } from './Card.tsx';
import { Feedback, useFeedback } from './Feedback.tsx';
import { Markdown } from './Markdown.tsx';

interface AnnotationProps {
  /** Absent for the study. */
  readonly trial?: number;
  readonly of: Said;
  /** Why nothing can be changed here. */
  readonly closedFor: string | undefined;
}

/** The annotations of a trial or of the study: a star, labels and a note. */
export function AnnotationCard({ trial, of: { note = '', labels = [], starred = false }, closedFor }: AnnotationProps) {
  const editing = useSignal(false);
  const { feedback, show } = useFeedback();
  const say = (said: Said) => show(submitAction(omitUndefined({ type: 'annotate', trial, ...said })), 'kept');
  const save = (given: FormData) => {
    const named = String(given.get('labels')).split(',');
    say({ note: String(given.get('note')), labels: named.map((label) => label.trim()).filter((label) => label !== '') });
    editing.value = false;
  };
  const button = { type: 'button', disabled: closedFor !== undefined, title: closedFor } as const;
  return (
    <div class="annotation">
      {labels.length > 0 && <p class="words">{labels.join(' · ')}</p>}
      {note !== '' && !editing.value && <Markdown text={note} />}
      {editing.value && (
        <DataForm submit={save}>
          <label>
            Note, in Markdown
            <textarea name="note" rows={4} maxLength={16384} defaultValue={note} />
          </label>
          <label>
            Labels, separated by commas
            <input name="labels" defaultValue={labels.join(', ')} />
          </label>
          <div class="buttons">
            <button type="submit">Save</button>
            <button type="button" onClick={() => (editing.value = false)}>
              Cancel
            </button>
          </div>
        </DataForm>
      )}
      {!editing.value && (
        <div class="buttons">
          <button {...button} aria-pressed={starred} onClick={() => say({ starred: !starred })}>
            {starred ? '★ Starred' : '☆ Star'}
          </button>
          <button {...button} onClick={() => (editing.value = true)}>
            {note === '' && labels.length === 0 ? 'Add a note' : 'Change the note'}
          </button>
        </div>
      )}
      <Feedback of={feedback.value} />
    </div>
  );
}
