import './int.test.ts'; // the same properties, with more runs
