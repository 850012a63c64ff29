// The worker of the digits, but an invalid configuration kills it: a wrong number of units by an exit, anything else by an uncaught error.
import { parentPort } from 'node:worker_threads';

const send = parentPort.postMessage.bind(parentPort);
parentPort.postMessage = (reply) => {
  if (!reply.error) return send(reply);
  if (reply.error.message.includes('units')) process.exit(3);
  setImmediate(() => {
    throw new Error('no longer');
  });
};
await import('../../../examples/digits/worker.mjs');
