import './structuredLine.test.ts'; // the same properties, with more runs
