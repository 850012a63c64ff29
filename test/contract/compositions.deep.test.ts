import './compositions.test.ts'; // the same contract, with more runs
