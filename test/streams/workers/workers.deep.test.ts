import './workers.test.ts'; // also what code in threads may do wrong
