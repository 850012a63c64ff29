import './strategies.test.ts'; // the same contract, with more runs
import './compositions.test.ts';
