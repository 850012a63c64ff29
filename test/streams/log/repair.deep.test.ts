import './repair.test.ts'; // the same damages, 1000 times each
