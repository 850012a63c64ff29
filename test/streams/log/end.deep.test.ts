import './end.test.ts'; // the same with more damages
