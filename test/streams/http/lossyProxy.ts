import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LossyProxy {
  readonly address: string;
  close(): Promise<void>;
}

export interface LossyOptions {
  readonly loses?: (path: string) => boolean;
  readonly drops?: (path: string) => boolean;
  readonly cut?: number;
}

/**
 * A proxy that loses the first answer to each request whose path `loses` names, after the server has done what was asked, and each request whose path
 * `drops` names. Streams of events are cut after so many bytes.
 */
export async function lossyProxy(
  target: string,
  { loses = () => false, drops = () => false, cut = Number.POSITIVE_INFINITY }: LossyOptions,
): Promise<LossyProxy> {
  const lost = new Set<string>();
  const server = createServer((incoming, outgoing) => {
    const { url = '', method, headers } = incoming;
    if (drops(url)) return void incoming.socket.destroy();
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const name = `${url} ${headers['idempotency-key']} ${body}`;
      const isLost = loses(url) && !lost.has(name);
      lost.add(name);
      const sent = request(`${target}${url}`, { method, headers: { ...headers, host: new URL(target).host } }, (answer) => {
        if (!isLost) outgoing.writeHead(answer.statusCode!, answer.headers);
        const isStream = headers.accept === 'text/event-stream';
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          if (isLost) return;
          const left = isStream ? cut - bytes : Number.POSITIVE_INFINITY;
          bytes += chunk.length;
          outgoing.write(chunk.subarray(0, left), () => {
            if (bytes < cut || !isStream) return;
            outgoing.destroy();
            sent.destroy();
          });
        });
        answer.on('end', () => {
          if (isLost) incoming.socket.destroy();
          else outgoing.end();
        });
        answer.on('error', () => outgoing.destroy());
      });
      sent.on('error', () => outgoing.destroy());
      outgoing.on('close', () => sent.destroy());
      sent.end(body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
