import './space.test.ts'; // the same properties, with more runs
