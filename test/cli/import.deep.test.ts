import './import.test.ts'; // the same journal, cut at more places
