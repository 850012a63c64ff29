import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from 'vitest';
import { requestMethods } from '../../../../src/study/requests.ts';
import { asyncapi } from '../../../../streams/nats/protocol/asyncapi.ts';
import { replyName } from '../../../../streams/nats/protocol/messageSchemas.ts';

// asyncapi.test.ts checks its messages, without the parser, which takes two seconds.
describe('the AsyncAPI document', () => {
  it('is valid', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncapi()));
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(
      document!
        .channels()
        .all()
        .map((channel) => channel.address()),
    ).toEqual(
      expect.arrayContaining([
        'ht.{study}.log.by.{trainer}.{trial}',
        'ht.{study}.status',
        ...requestMethods.map((method) => `ht.{study}.rpc.${method}`),
      ]),
    );
    for (const method of requestMethods) {
      const reply = document!.operations().get(method)!.reply()!;
      expect(
        reply
          .channel()!
          .messages()
          .all()
          .map((message) => message.id()),
      ).toEqual([replyName(method)]);
    }
    expect(document!.servers().all()).toHaveLength(1);
    const known = document!
      .info()
      .tags()
      .all()
      .map((tag) => tag.name());
    for (const operation of document!.operations().all()) {
      expect(operation.summary(), operation.id()).toMatch(/^[A-Z].*\.$/);
      expect(operation.description(), operation.id()).toMatch(/\.$/);
      expect(known, operation.id()).toEqual(
        expect.arrayContaining(
          operation
            .tags()
            .all()
            .map((tag) => tag.name()),
        ),
      );
      expect(operation.tags().all(), operation.id()).toHaveLength(1);
    }
    for (const channel of document!.channels().all()) {
      expect(channel.json().summary, channel.id()).toMatch(/\.$/);
      expect(channel.description(), channel.id()).toMatch(/\.$/);
    }
  });
});
