import './float.test.ts'; // the same properties, with more runs
