import './stopReasons.test.ts'; // also of 200 000 trials
