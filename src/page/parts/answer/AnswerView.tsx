import { objectives } from '../../state/store.ts';
import { BestCard } from './BestCard.tsx';
import { FrontCard } from './FrontCard.tsx';
import { LessonsCard } from './LessonsCard.tsx';
import { ProgressCard } from './ProgressCard.tsx';

/** What people open the page for: the best configuration, the progress of the study, and what it has learned. */
export const AnswerView = () => (
  <div class="answer">
    {objectives.value.length > 1 ? <FrontCard /> : <BestCard />}
    <ProgressCard />
    <LessonsCard />
  </div>
);
