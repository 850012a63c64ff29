// A trainer of the benchmark: runs all trials of a study, which cost nothing.
import { connect } from '@nats-io/transport-node';
import { trainer } from '../../streams/nats/index.ts';

const [servers, study, slots] = process.argv.slice(2);
const nc = await connect({ servers: servers! });
await trainer<{ readonly x: number }>({ nc, study: study! }, { slots: Number(slots) }, ({ x }) => x * x).done;
await nc.close();
process.disconnect();
