import './parseOutput.test.ts'; // the same properties, with more runs
