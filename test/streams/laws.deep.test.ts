import './laws.test.ts'; // the same laws, with more runs
