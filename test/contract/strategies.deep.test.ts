import './strategies.test.ts'; // the same contract, with more runs
