import './hidden.test.ts'; // also after a reload, of which a server tells after many seconds
